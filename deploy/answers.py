"""Health check of the web container: does this path answer 200? There is no curl in the image."""

import http.client
import os
import sys

connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=4)
headers = {"Host": os.environ["ALLOWED_HOSTS"].split(",")[0], "X-Forwarded-Proto": "https"}
connection.request("GET", sys.argv[1], headers=headers)
sys.exit(connection.getresponse().status != 200)
