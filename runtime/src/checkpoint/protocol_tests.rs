//! Every crash point of the commit protocol against a simulated world.
