//! A sink that writes records as lines of JSON.

use std::fmt;
use std::io::Write;

use super::data::DecisionRecord;
use super::sink::{DecisionSink, SinkError};

/// Writes each record as a line of JSON; [`DecisionRecord`] shows one.
///
/// A batch of records is one `write_all` and one `flush`, so the writer needs no buffer. After a failure it
/// begins a new line, so at most one line is torn. If records were dropped after the last one that was
/// written, the last line is `{"dropped":3}`.
///
/// ```
/// use std::fs::OpenOptions;
/// use gatehouse::records::{JsonLines, Recorder};
///
/// # fn open() -> std::io::Result<()> {
/// let file = OpenOptions::new().create(true).append(true).open("/var/log/decisions.jsonl")?;
/// let recorder = Recorder::new(JsonLines::new(file))?;
/// # let _ = recorder;
/// # Ok(()) }
/// # let _ = open;
/// ```
pub struct JsonLines<W> {
    out: W,
    lines: Vec<u8>,
    is_torn: bool,
}

/// The most memory, in bytes, that is kept for the lines of the next records.
const MAX_KEPT: usize = 1 << 20;

impl<W: Write + Send + 'static> JsonLines<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self { out, lines: Vec::new(), is_torn: false }
    }

    fn send(&mut self) -> std::io::Result<()> {
        let was_torn = std::mem::replace(&mut self.is_torn, true);
        if was_torn {
            self.out.write_all(b"\n")?;
        }
        self.out.write_all(&self.lines)?;
        self.out.flush()?;
        self.is_torn = false;
        Ok(())
    }
}

impl<W: Write + Send + 'static> DecisionSink for JsonLines<W> {
    fn write(&mut self, records: &[DecisionRecord]) -> Result<(), SinkError> {
        self.lines.clear();
        self.lines.shrink_to(MAX_KEPT);
        for record in records {
            serde_json::to_writer(&mut self.lines, record)?;
            self.lines.push(b'\n');
        }
        Ok(self.send()?)
    }

    fn close(&mut self, dropped: u64) {
        if dropped > 0 {
            self.lines = format!("{{\"dropped\":{dropped}}}\n").into_bytes();
            // Nobody is left to report a failure to; `Recorder::dropped` has the number too.
            let _ = self.send();
        }
    }
}

impl<W> fmt::Debug for JsonLines<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonLines").finish_non_exhaustive()
    }
}
