//! `drift map init`: a first mapping.
