//! What the engine asks of the world, in the domain's own verbs.
