// What an Okta organization answers outside the OAuth library, and the faults of its front door.
import { errorBody, signInPage } from './wording.mjs';
import { MOUNT } from './authorization_server.mjs';

const DISCOVERY = /\/\.well-known\/(openid-configuration|oauth-authorization-server)$/;
const KEYS = `${MOUNT}/v1/keys`;

function send(response, status, type, body, headers = {}) {
  response.writeHead(status, { 'Content-Type': type, ...headers });
  response.end(body);
}

function sendJson(response, status, value, headers = {}) {
  send(response, status, 'application/json', JSON.stringify(value), headers);
}

function brokenFrontDoor(faults, response) {
  if (faults.has('hangs')) return true;
  if (faults.has('html-login-page')) {
    send(response, 200, 'text/html;charset=utf-8', signInPage());
    return true;
  }
  if (faults.has('unavailable')) {
    send(response, 503, 'text/html', '<html><body><h1>503 Service Unavailable</h1></body></html>');
    return true;
  }
  if (faults.has('rate-limited')) {
    sendJson(
      response,
      429,
      errorBody('E0000047', 'API call exceeded rate limit due to too many requests.'),
      {
        'X-Rate-Limit-Limit': '600',
        'X-Rate-Limit-Remaining': '0',
        'X-Rate-Limit-Reset': String(Math.ceil(Date.now() / 1000) + 60),
      },
    );
    return true;
  }
  return false;
}

// A trusted origin gets its preflight answered by whoever serves the path, any other gets a 200
// without permission. Documents that are public to all pages are not asked about.
function refusedPreflight({ faults, pageOrigin }, request, response, path) {
  if (request.method !== 'OPTIONS' || !request.headers.origin) return false;
  if (faults.has('cors-preflight-fails')) {
    sendJson(response, 403, errorBody('E0000006', 'You do not have permission to perform the requested action'));
    return true;
  }
  if (DISCOVERY.test(path) || path === KEYS) return false;
  if (!faults.has('cors-refused') && request.headers.origin === pageOrigin) return false;
  send(response, 200, 'text/plain', '', { Vary: 'Origin' });
  return true;
}

function authn({ faults, pageOrigin }, request, response) {
  const trusted = !faults.has('cors-refused') && request.headers.origin === pageOrigin;
  const permission = trusted
    ? { 'Access-Control-Allow-Origin': pageOrigin, 'Access-Control-Allow-Credentials': 'true' }
    : {};
  if (request.method === 'OPTIONS') {
    send(response, 200, 'text/plain', '', {
      ...permission,
      'Access-Control-Allow-Methods': 'GET, POST, PUT, DELETE, OPTIONS',
      'Access-Control-Allow-Headers': request.headers['access-control-request-headers'] ?? '',
      Vary: 'Origin',
    });
  } else {
    sendJson(response, 401, errorBody('E0000004', 'Authentication failed'), permission);
  }
}

function brokenDocument(faults, response, path) {
  if (DISCOVERY.test(path) && faults.has('discovery-garbage')) {
    send(response, 200, 'application/json', '{"issuer":"https://');
    return true;
  }
  if (DISCOVERY.test(path) && faults.has('discovery-redirect')) {
    send(response, 302, 'text/plain', '', { Location: '/login/login.htm' });
    return true;
  }
  if (path === KEYS && faults.has('jwks-empty')) {
    sendJson(response, 200, { keys: [] });
    return true;
  }
  return false;
}

// Answers the request and returns true, or returns false where it is for the library.
export function organizationAnswer(organization, request, response, path) {
  const { faults, origin } = organization;
  if (brokenFrontDoor(faults, response)) return true;
  if (refusedPreflight(organization, request, response, path)) return true;
  if (path === '/api/v1/authn') {
    authn(organization, request, response);
    return true;
  }
  if (path === '/.well-known/okta-organization' && !faults.has('organization-missing')) {
    sendJson(response, 200, {
      id: '00oexampleorganiz001',
      pipeline: 'idx',
      settings: { analyticsCollectionEnabled: false, bugReportingEnabled: true, omEnabled: false },
      _links: { organization: { href: origin }, alternate: { href: origin } },
    });
    return true;
  }
  if (brokenDocument(faults, response, path)) return true;
  const missing = faults.has('no-default-server')
    || (path === KEYS && faults.has('jwks-missing'))
    || !path.startsWith(`${MOUNT}/`);
  if (missing) {
    const name = path.startsWith(`${MOUNT}/`) ? 'default (AuthorizationServer)' : path;
    sendJson(response, 404, errorBody('E0000007', `Not found: Resource not found: ${name}`));
  }
  return missing;
}
