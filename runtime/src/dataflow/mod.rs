//! Threads, channels and the flow of batches, watermarks and barriers between operators.
