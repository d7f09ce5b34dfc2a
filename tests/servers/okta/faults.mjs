// The faults that the server can have, and how each comes about.
//
// `library`: it is configured that way, and what is answered is its own behavior.
// `worded`: the same, but status and words of the answer are Okta's.
// `dressed`: the library cannot do it; the answer is made here.
export const FAULTS = {
  // the organization
  'html-login-page': 'dressed: every address answers 200 with a sign-in page, as the -admin host does',
  'organization-missing': 'dressed: 404 at /.well-known/okta-organization, as on a host that is not Okta',
  'rate-limited': 'dressed: 429 E0000047 with Okta\'s rate limit headers, everywhere',
  unavailable: 'dressed: 503 with an HTML page, everywhere',
  hangs: 'dressed: takes every request and never answers',
  'clock-skewed': 'dressed: the Date header is one hour ahead',
  // the authorization server
  'no-default-server': 'dressed: 404 E0000007 below /oauth2/default',
  'wrong-issuer': 'library: the issuer is a custom domain, the address is not',
  'discovery-garbage': 'dressed: the discovery document breaks off in the middle',
  'discovery-redirect': 'dressed: the discovery document is a 302 to the sign-in page',
  'jwks-empty': 'dressed: the key set has no key',
  'jwks-missing': 'dressed: 404 where the key set should be',
  'jwks-rotated': 'dressed: the key set holds another key than the one that signs',
  'jwks-no-rsa': 'library: the only key is ES256',
  'scope-not-advertised': 'library: `api` works but is not in scopes_supported',
  'scope-unknown': 'worded: there is no scope `api`: invalid_scope',
  'policy-denied': 'worded: no policy rule matches the token request: access_denied',
  'exchange-not-advertised': 'library: the token exchange grant is not registered',
  'audience-default': 'library: the audience is still api://default',
  // the single-page application
  'spa-unknown': 'worded: there is no such client',
  'spa-code-not-allowed': 'worded: the client may not use the authorization code grant: unauthorized_client',
  'redirect-missing-callback': 'worded: /callback is not registered',
  'redirect-missing-root': 'worded: /okta-auth/ is not registered',
  'redirect-missing-iframe': 'worded: /okta-auth/iframe-oauth-flow.html is not registered',
  'sign-out-missing': 'worded: no sign-out address is registered',
  'cors-refused': 'dressed: no preflight gets an Access-Control-Allow-Origin',
  'cors-preflight-fails': 'dressed: every preflight is answered 403',
  // the machine-to-machine application
  'm2m-unknown': 'worded: there is no such client',
  'm2m-unauthorized': 'worded: the client may not use client credentials: unauthorized_client',
  'dpop-required': 'worded: the client\'s tokens must be bound to a DPoP key',
};

export function checkedFaults(names) {
  for (const name of names) {
    if (!Object.hasOwn(FAULTS, name)) throw new Error(`there is no fault ${name}`);
  }
  return new Set(names);
}
