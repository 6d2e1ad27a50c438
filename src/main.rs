//! The `drift` binary: everything happens in [`dynadrift::cli`].

fn main() -> std::process::ExitCode {
    dynadrift::cli::main()
}
