//! Progress of a long run: one line on stderr, and only on a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::Session;
use crate::report::Detail;

/// A bar that shows the current stage and how far it is.
pub struct Progress(ProgressBar);

impl Progress {
    /// Hidden where stderr is not a terminal, and where the person wants silence.
    pub fn of(session: &Session) -> Progress {
        // Short runs end before anybody could read it.
        let bar = if session.detail == Detail::Quiet { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
        Progress(bar)
    }

    /// Begins a stage of so many steps; of unknown length where there is no number.
    pub fn stage(&self, name: &'static str, steps: Option<usize>) {
        let template =
            if steps.is_some() { "{msg:10} {bar:30} {pos}/{len} {eta}" } else { "{msg:10} {spinner} {elapsed}" };
        self.0.set_style(ProgressStyle::with_template(template).expect("the templates are sound"));
        self.0.set_length(steps.unwrap_or(0) as u64);
        self.0.set_position(0);
        self.0.set_message(name);
        self.0.enable_steady_tick(Duration::from_millis(100));
    }

    pub fn step(&self) {
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
