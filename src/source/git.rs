//! Snapshots out of a git repository. The only file that names git2.
