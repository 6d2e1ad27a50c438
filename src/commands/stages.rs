//! How long each stage of a run took.

use std::time::{Duration, Instant};

/// A stopwatch with laps: beginning a stage ends the one before it.
#[derive(Debug)]
pub struct Stages {
    started: Instant,
    current: Option<(&'static str, Instant)>,
    done: Vec<(&'static str, Duration)>,
}

impl Stages {
    pub fn start() -> Stages {
        Stages { started: Instant::now(), current: None, done: Vec::new() }
    }

    pub fn begin(&mut self, name: &'static str) {
        self.end();
        self.current = Some((name, Instant::now()));
    }

    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// One line a stage, and the total.
    pub fn table(&mut self) -> String {
        self.end();
        let line = |name: &str, took: Duration| format!("{name:<10} {:>9.1} ms\n", took.as_secs_f64() * 1e3);
        let lines: String = self.done.iter().map(|(name, took)| line(name, *took)).collect();
        lines + &line("total", self.elapsed())
    }

    fn end(&mut self) {
        if let Some((name, since)) = self.current.take() {
            self.done.push((name, since.elapsed()));
        }
    }
}
