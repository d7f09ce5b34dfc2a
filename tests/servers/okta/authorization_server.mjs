// The custom authorization server `default`: oidc-provider, configured as Okta's is.
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { errors, Provider } from 'oidc-provider';
import {
  errorBody, errorPage, NO_DEFAULT_SCOPE, NO_POLICY, NO_SUCH_SCOPE, pageError, redirectError,
  tokenError,
} from './wording.mjs';

export const MOUNT = '/oauth2/default';
export const SPA_CLIENT_ID = '0oaspaexample0000001';
export const M2M_CLIENT_ID = '0oam2mexample0000001';

const API = 'urn:okta:authorization-server:default';
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const USER_SCOPES = ['openid', 'profile', 'email', 'offline_access'];

function signingKey(algorithm) {
  const { privateKey } = algorithm === 'ES256'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(key.n ?? key.x).digest('base64url');
  return { ...key, use: 'sig', alg: algorithm, kid };
}

function publicKey({ kty, alg, kid, use, e, n }) {
  return { kty, alg, kid, use, e, n };
}

function refusal(code, description) {
  return Object.assign(new errors.CustomOIDCProviderError(code, description), {
    status: 400,
    statusCode: 400,
  });
}

// Okta's authorization server has one audience; its scopes and policy decide what a client gets.
function apiOf({ audience, faults, ttl }, algorithm) {
  return (ctx) => {
    const known = faults.has('scope-unknown') ? USER_SCOPES : [...USER_SCOPES, 'api'];
    const asked = [...ctx.oidc.requestParamScopes];
    if (asked.some((scope) => !known.includes(scope))) throw refusal('invalid_scope', NO_SUCH_SCOPE);
    if (ctx.oidc.route === 'token' && ctx.oidc.params.grant_type === 'client_credentials') {
      if (!asked.length) throw refusal('invalid_scope', NO_DEFAULT_SCOPE);
      if (faults.has('policy-denied')) throw refusal('access_denied', NO_POLICY);
    }
    return {
      scope: faults.has('scope-unknown') ? '' : 'api',
      audience: faults.has('audience-default') ? 'api://default' : audience,
      accessTokenFormat: 'jwt',
      accessTokenTTL: Math.max(ttl, 1),
      jwt: { sign: { alg: algorithm } },
    };
  };
}

function claimsOf({ ttl }) {
  return (ctx, token, jwt) => {
    const { client_id: clientId, scope, ...claims } = jwt.payload;
    const e = ctx?.oidc?.entities ?? {};
    const granted = (e.AuthorizationCode ?? e.RefreshToken)?.scope ?? scope;
    jwt.header = { typ: undefined };
    jwt.payload = {
      ver: 1,
      ...claims,
      jti: `AT.${claims.jti}`,
      exp: claims.iat + ttl,                       // a negative --ttl: expired when issued
      cid: clientId,
      scp: granted ? granted.split(' ') : [],
    };
    if (token.accountId) {
      jwt.payload.uid = `00u${token.accountId}`;
      jwt.payload.auth_time = claims.iat;
    }
  };
}

function clientsOf({ pageOrigin, secret, faults }, algorithm) {
  const redirects = [
    ['redirect-missing-callback', '/callback'],
    ['redirect-missing-root', '/okta-auth/'],
    ['redirect-missing-iframe', '/okta-auth/iframe-oauth-flow.html'],
  ].filter(([fault]) => !faults.has(fault)).map(([, path]) => `${pageOrigin}${path}`);
  const spa = {
    client_id: SPA_CLIENT_ID,
    application_type: 'web',                       // `native` would ignore the port of a redirect URI
    token_endpoint_auth_method: 'none',
    grant_types: faults.has('spa-code-not-allowed') ? [TOKEN_EXCHANGE] : ['authorization_code', 'refresh_token'],
    response_types: faults.has('spa-code-not-allowed') ? [] : ['code'],
    redirect_uris: redirects,
    post_logout_redirect_uris: faults.has('sign-out-missing') ? [] : [`${pageOrigin}/`],
    id_token_signed_response_alg: algorithm,
  };
  const exchange = faults.has('exchange-not-advertised') ? [] : [TOKEN_EXCHANGE];
  const m2m = {
    client_id: M2M_CLIENT_ID,
    client_secret: secret,
    grant_types: faults.has('m2m-unauthorized') ? ['refresh_token'] : ['client_credentials', ...exchange],
    response_types: [],
    redirect_uris: [],
    dpop_bound_access_tokens: faults.has('dpop-required'),
    id_token_signed_response_alg: algorithm,
  };
  return [
    ...(faults.has('spa-unknown') ? [] : [spa]),
    ...(faults.has('m2m-unknown') ? [] : [m2m]),
  ];
}

function configurationOf(organization) {
  const { faults, pageOrigin } = organization;
  const algorithm = faults.has('jwks-no-rsa') ? 'ES256' : 'RS256';
  const advertised = !faults.has('scope-not-advertised') && !faults.has('scope-unknown');
  return {
    clients: clientsOf(organization, algorithm),
    jwks: { keys: [signingKey(algorithm)] },
    routes: {
      authorization: '/v1/authorize',
      token: '/v1/token',
      jwks: '/v1/keys',
      userinfo: '/v1/userinfo',
      introspection: '/v1/introspect',
      revocation: '/v1/revoke',
      end_session: '/v1/logout',
    },
    cookies: { keys: [randomBytes(24).toString('hex')] },
    scopes: advertised ? [...USER_SCOPES, 'api'] : USER_SCOPES,
    claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
    findAccount: (ctx, id) => ({
      accountId: id,
      claims: async () => ({ sub: id, name: `User ${id}`, email: `${id}@example.com` }),
    }),
    clientBasedCORS: (ctx, origin) => origin === pageOrigin && !faults.has('cors-refused'),
    extraTokenClaims: async (ctx) => ctx.oidc.exchangedFor,
    formats: { customizers: { jwt: claimsOf(organization) } },
    rotateRefreshToken: true,
    renderError: async (ctx, out) => {
      const [code, description] = pageError(organization, out, ctx.query.client_id ?? '');
      ctx.status = 400;
      ctx.type = 'html';
      ctx.body = errorPage(code, description);
    },
    features: {
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      dPoP: { enabled: true, nonceSecret: randomBytes(32) },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => API,
        getResourceServerInfo: apiOf(organization, algorithm),
        useGrantedResource: () => true,
      },
    },
  };
}

// RFC 8693, which the library leaves to its user: a token of this server for one of the client's.
function registerTokenExchange(provider, api) {
  provider.registerGrantType(TOKEN_EXCHANGE, async (ctx) => {
    const { subject_token: subject, scope } = ctx.oidc.params;
    const [, payload = ''] = String(subject).split('.');
    let claims;
    try {
      claims = JSON.parse(Buffer.from(payload, 'base64url'));
    } catch {
      throw new errors.InvalidGrant('subject_token is not a JWT');
    }
    if (claims.iss !== provider.issuer) throw new errors.InvalidGrant('subject_token not issued here');
    const token = new provider.ClientCredentials({ client: ctx.oidc.client, scope });
    token.resourceServer = new provider.ResourceServer(API, api(ctx));
    ctx.oidc.exchangedFor = { act: { sub: ctx.oidc.client.clientId }, original_sub: claims.sub };
    ctx.oidc.entity('ClientCredentials', token);
    ctx.body = {
      access_token: await token.save(),
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: token.tokenType,
      expires_in: token.expiration,
      scope,
    };
  }, ['subject_token', 'subject_token_type', 'requested_token_type', 'scope', 'audience']);
}

// Runs around the library and gives its answers Okta's form.
function dressing(organization) {
  const otherKey = organization.faults.has('jwks-rotated') ? publicKey(signingKey('RS256')) : undefined;
  return async (ctx, next) => {
    await next();
    const route = ctx.oidc?.route;
    if (route === 'jwks' && otherKey) ctx.body = { keys: [otherKey] };
    if (route === 'token' && ctx.body?.error) {
      const dressed = tokenError(ctx.body, ctx.oidc.client, ctx.request);
      if (dressed) [ctx.status, ctx.body] = dressed;
    }
    if (route === 'end_session' && ctx.body?.error) {
      const [code, description] = pageError(organization, ctx.body, ctx.query.client_id ?? '');
      [ctx.status, ctx.body] = [400, errorBody(code, description)];
    }
    const sentTo = ctx.response.get('Location');
    if (route === 'authorization' && sentTo?.includes('error=')) {
      ctx.set('Location', redirectError(sentTo, ctx.oidc.client));
    }
    // Without a session the library sends a form that posts itself; Okta redirects at once.
    const returnTo = ctx.oidc?.params?.post_logout_redirect_uri;
    if (route === 'end_session' && ctx.status === 200 && returnTo && !ctx.oidc.session.accountId) {
      const target = new URL(returnTo);
      if (ctx.oidc.params.state) target.searchParams.set('state', ctx.oidc.params.state);
      ctx.redirect(target.href);
    }
  };
}

export function authorizationServer(organization) {
  const { faults, origin } = organization;
  const issuer = `${faults.has('wrong-issuer') ? 'https://login.acme.example' : origin}${MOUNT}`;
  const configuration = configurationOf(organization);
  const provider = new Provider(issuer, configuration);
  provider.proxy = true;                           // the public origin comes in X-Forwarded-*
  if (!faults.has('exchange-not-advertised')) {
    registerTokenExchange(provider, configuration.features.resourceIndicators.getResourceServerInfo);
  }
  provider.use(dressing(organization));
  for (const event of ['grant.error', 'authorization.error', 'end_session.error', 'server_error']) {
    provider.on(event, (ctx, error) => {
      const { message, error_description: description, error_detail: detail } = error;
      console.error(JSON.stringify({ event, message, description, detail }));
    });
  }
  return provider;
}
