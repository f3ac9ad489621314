"""A plain HTTP server that answers with its name and who it was told the client is."""
import http.server
import sys


class Echo(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        told = self.headers.get("X-Client-DN") or self.headers.get("X-Forwarded-Client-Cert")
        body = f"hello {told or 'nobody'}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("0.0.0.0", int(sys.argv[1])), Echo).serve_forever()
