"""Long runs are asked for: `make soak` sets SOAK, and without it nothing of this folder is collected."""

import os

collect_ignore_glob = [] if os.environ.get("SOAK") else ["test_*.py"]
