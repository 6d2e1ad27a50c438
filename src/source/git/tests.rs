//! Snapshots of real repositories, made on the spot.
