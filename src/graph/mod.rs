//! The dependency graph: symbols, and who mentions whom. The only folder that names petgraph.
