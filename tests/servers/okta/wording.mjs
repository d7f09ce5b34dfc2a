// Okta's words: its error objects, its pages, and what it says where the library says otherwise.
import { randomBytes } from 'node:crypto';

// The error object of Okta's own API, which the OAuth endpoints use for some errors too.
export function errorBody(code, summary) {
  return {
    errorCode: code,
    errorSummary: summary,
    errorLink: code,
    errorId: `oae${randomBytes(16).toString('base64url')}`,
    errorCauses: [],
  };
}

function escaped(text) {
  return text.replace(/[&<>'"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function page(title, content) {
  return `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>`
    + `<body>${content}</body></html>\n`;
}

export function errorPage(code, description) {
  return page(
    'Bad Request',
    `<h1>400</h1><h2>Bad Request</h2><p>Your request resulted in an error. ${escaped(description)}</p>`
    + `<p>Identity Provider: Unknown</p><p>Error Code: ${escaped(code)}</p>`
    + `<p>Description: ${escaped(description)}</p>`,
  );
}

export function signInPage() {
  return page(
    'Sign In',
    '<div id="okta-login-container"><h1>Sign In</h1><form method="post" action="/login/login.htm">'
    + '<input name="username"><button>Next</button></form></div>',
  );
}

function addressOf(organization, clientId) {
  const [scheme, host] = organization.origin.split('://');
  const [name, ...rest] = host.split('.');
  return `${scheme}://${[`${name}-admin`, ...rest].join('.')}/admin/app/oidc_client/instance/${clientId}/#tab-general`;
}

// What the library refused at the authorization or sign-out endpoint, as Okta's code and text.
export function pageError(organization, out, clientId) {
  const settings = `in the client app settings: ${addressOf(organization, clientId)}`;
  if (out.error === 'invalid_client') {
    return ['invalid_client', "Invalid value for 'client_id' parameter."];
  }
  if (out.error === 'invalid_redirect_uri') {
    return ['invalid_request', `The 'redirect_uri' parameter must be a Login redirect URI ${settings}`];
  }
  if (out.error_description === 'post_logout_redirect_uri not registered') {
    return ['invalid_request', `The 'post_logout_redirect_uri' parameter must be a Logout redirect URI ${settings}`];
  }
  return [out.error, out.error_description ?? ''];
}

function grantNotAllowed(client) {
  return {
    error: 'unauthorized_client',
    error_description: 'The client is not authorized to use the provided grant type. '
      + `Configured grant types: [${client.grantTypes.join(', ')}].`,
  };
}

// Where the library sends the browser with an error, with Okta's error in its place.
export function redirectError(location, client) {
  const target = new URL(location);
  const said = target.searchParams.get('error_description');
  if (said === 'requested response_type is not allowed for this client') {
    for (const [name, value] of Object.entries(grantNotAllowed(client))) {
      target.searchParams.set(name, value);
    }
  }
  return target.href;
}

// What the library refused at the token endpoint, as Okta's status and body.
export function tokenError(out, client, request) {
  if (out.error === 'invalid_client' && !client) {
    return [401, errorBody('invalid_client', "Invalid value for 'client_id' parameter.")];
  }
  if (out.error === 'invalid_client' && client.clientAuthMethod === 'none') {
    return [401, {
      error: 'invalid_client',
      error_description: 'Client authentication failed. Either the client or the client credentials are invalid.',
    }];
  }
  if (out.error === 'invalid_client') {
    return [401, {
      error: 'invalid_client',
      error_description: 'The client secret supplied for a confidential client is invalid.',
    }];
  }
  if (out.error_description === 'requested grant type is not allowed for this client') {
    return [400, grantNotAllowed(client)];
  }
  if (out.error === 'invalid_grant' && client?.dpopBoundAccessTokens && !request.headers.dpop) {
    return [400, {
      error: 'invalid_dpop_proof',
      error_description: 'The DPoP proof JWT header is missing.',
    }];
  }
  return undefined;
}

export const NO_SUCH_SCOPE = 'One or more scopes are not configured for the authorization server resource.';
export const NO_DEFAULT_SCOPE = 'The authorization server resource does not have any configured default scopes, '
  + "'scope' must be provided.";
export const NO_POLICY = 'Policy evaluation failed for this request, please check the policy configurations.';
