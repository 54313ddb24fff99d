//! Checkpoints: parts, manifests, the commit protocol, restore.
