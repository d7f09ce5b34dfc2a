// An Okta organization with one custom authorization server, for the tests.
//
//   M2M_CLIENT_SECRET=... node server.mjs [--port 0] [--origin https://acme.okta.com]
//     [--page-origin http://localhost:8080] [--audience myagentcoreaud] [--ttl 3600]
//     [--certificate FILE --key FILE] [--fault NAME]...
//
// Listens on 127.0.0.1 and prints one JSON line {"ready": true, "url", "issuer"} when it does;
// after that, one line {"request": {"method", "path", "host"}} for each request (no query, no
// headers, no body). `url` is where it listens, `--origin` is what it says of itself: with it the
// server takes every request as if it had come through a TLS proxy for that origin.
//
// What is the library's own behavior (oidc-provider, unchanged): discovery, key set, signing,
// client authentication, grants, redirect URIs, PKCE, prompt=none, sign-out, refresh, DPoP,
// what is advertised, CORS of real requests.
// What is dressed to look like Okta, the decision still the library's: paths and prefix, the
// claims' names (`cid`, `scp`, `ver`, `uid`), status and words of errors, error pages, the direct
// redirect after a sign-out without a session.
// What the library does not have and is answered here: okta-organization, /api/v1/authn, refused
// preflights (the library grants every one), token exchange, the organization's 404, and the
// faults marked `dressed` in faults.mjs.
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { parseArgs } from 'node:util';
import { checkedFaults } from './faults.mjs';
import { authorizationServer, MOUNT } from './authorization_server.mjs';
import { organizationAnswer } from './organization.mjs';

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    origin: { type: 'string' },
    'page-origin': { type: 'string', default: 'http://localhost:8080' },
    audience: { type: 'string', default: 'myagentcoreaud' },
    ttl: { type: 'string', default: '3600' },
    certificate: { type: 'string' },
    key: { type: 'string' },
    fault: { type: 'string', multiple: true, default: [] },
  },
});
const secret = process.env.M2M_CLIENT_SECRET;
if (!secret) throw new Error('M2M_CLIENT_SECRET is not set');
const faults = checkedFaults(options.fault);

const tls = options.certificate
  ? { cert: fs.readFileSync(options.certificate), key: fs.readFileSync(options.key) }
  : undefined;
const server = tls ? https.createServer(tls) : http.createServer();

function print(line) {
  fs.writeSync(process.stdout.fd, `${JSON.stringify(line)}\n`);
}

server.listen(Number(options.port), '127.0.0.1', () => {
  const url = tls
    ? `https://localhost:${server.address().port}`
    : `http://127.0.0.1:${server.address().port}`;
  const organization = {
    origin: options.origin ?? url,
    pageOrigin: options['page-origin'],
    audience: options.audience,
    ttl: Number(options.ttl),
    secret,
    faults,
  };
  const provider = authorizationServer(organization);
  const library = provider.callback();
  const [scheme, host] = organization.origin.split('://');

  server.on('request', async (request, response) => {
    const { pathname } = new URL(request.url, organization.origin);
    print({ request: { method: request.method, path: pathname, host: request.headers.host } });
    request.headers['x-forwarded-proto'] = scheme;
    request.headers['x-forwarded-host'] = host;
    if (faults.has('clock-skewed')) {
      response.setHeader('Date', new Date(Date.now() + 3600e3).toUTCString());
    }
    if (organizationAnswer(organization, request, response, pathname)) return;
    request.originalUrl = request.url;
    request.url = request.url.slice(MOUNT.length);
    await library(request, response);
  });
  print({ ready: true, url, issuer: provider.issuer });
});
