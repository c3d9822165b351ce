"""What the user types and reads: options, help, messages, signals, exit codes.

The scripts import from here first, so that an older Python, which could not read the rest of the
package, says so in one line.  This file and theirs have to be such that it can read them.
"""

import sys

OLDEST_PYTHON = (3, 10)

if sys.version_info < OLDEST_PYTHON:
    sys.stderr.write("error: Python {}.{} or later is needed, and this is {}.{} ({}). Run the"
                     " script with another: python3.12, say, or py -3.12 on Windows\n"
                     .format(*OLDEST_PYTHON, *sys.version_info[:2], sys.executable))
    sys.exit(2)
