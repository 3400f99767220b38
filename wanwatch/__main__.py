"""``python -m wanwatch`` is the ``wanwatch`` command."""

import sys

from wanwatch.cli.main import main

sys.exit(main())
