"""CA|- URL [CERTIFICATE KEY]: a GET as Python 3.13 does it, which checks strictly; prints the status
and the page."""
import ssl
import sys
import urllib.error
import urllib.request

ca, url, *own = sys.argv[1:]
context = ssl.create_default_context(cafile=None if ca == "-" else ca)
context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
if own:
    context.load_cert_chain(*own)
handlers = urllib.request.HTTPSHandler(context=context), urllib.request.ProxyHandler({})
try:
    answer = urllib.request.build_opener(*handlers).open(url, timeout=60)
except urllib.error.HTTPError as error:
    answer = error
print(answer.status, answer.read().decode())
