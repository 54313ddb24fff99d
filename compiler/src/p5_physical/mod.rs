//! Pass 5: logical plan → operators, exchanges, changelog modes, state.
