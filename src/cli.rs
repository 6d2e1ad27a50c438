//! The command line: flags, help, exit codes. The only file that names clap.

pub fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
