"""trustme_leaves.py COUNT: leaves with new P-256 keys, in memory; nothing is written."""

import sys

import trustme

authority = trustme.CA()
for number in range(int(sys.argv[1])):
    authority.issue_cert(f"host{number:06d}.example.com")
