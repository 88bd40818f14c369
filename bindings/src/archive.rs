//! `pyplatform._core.archive`: the bzip2 decoder on threads of its own.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex};

use ::archive::{Assembler, Decoded, Decoder, Error, Piece, Splitter};
use pyo3::exceptions::{PyEOFError, PyOSError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// Pieces under way for each thread: one it works on, and one that waits or is done.
const UNDER_WAY: usize = 2;

type Answer = (Piece, Decoded);

/// A piece, and whom to give what it holds.
struct Job(Piece, Sender<Answer>);

fn os_error(error: Error) -> PyErr {
    match error {
        Error::Truncated => PyEOFError::new_err(error.to_string()),
        _ => PyOSError::new_err(error.to_string()),
    }
}

/// Starts a thread that decodes until nobody can send jobs any more.
#[expect(clippy::disallowed_methods, reason = "threads are this module's work")]
fn start(jobs: Arc<Mutex<Receiver<Job>>>) {
    std::thread::spawn(move || {
        let mut decoder = Decoder::default();
        // The lock is given back before the work begins; a poisoned one means that another thread panicked.
        let next = || jobs.lock().ok()?.recv().ok();
        while let Some(Job(piece, answer)) = next() {
            let content = decoder.decode(&piece);
            // Whoever asked may have gone.
            let _ = answer.send((piece, content));
        }
    });
}

/// Decodes a bzip2 file on several threads; content comes in order.
#[pyclass(module = "pyplatform._core.archive")]
pub struct Bzip2Decoder {
    splitter: Splitter,
    assembler: Assembler,
    jobs: Sender<Job>,
    waiting: VecDeque<Piece>,
    /// Never locked: the lock makes the type one that threads may share.
    under_way: VecDeque<Mutex<Receiver<Answer>>>,
    most_under_way: usize,
    finished: bool,
    error: Option<Error>,
}

#[pymethods]
impl Bzip2Decoder {
    #[new]
    #[pyo3(signature = (threads = 2))]
    fn new(threads: usize) -> Self {
        let threads = threads.max(1);
        let (jobs, receiver) = channel();
        let receiver = Arc::new(Mutex::new(receiver));
        (0..threads).for_each(|_| start(receiver.clone()));
        Self {
            splitter: Splitter::default(),
            assembler: Assembler::default(),
            jobs,
            waiting: VecDeque::new(),
            under_way: VecDeque::new(),
            most_under_way: UNDER_WAY * threads,
            finished: false,
            error: None,
        }
    }

    fn push(&mut self, data: &[u8]) {
        let mut pieces = Vec::new();
        self.error = self.error.or(self.splitter.push(data, &mut pieces).err());
        self.waiting.extend(pieces);
    }

    fn finish(&mut self) {
        self.finished = true;
        self.waiting.extend(self.splitter.finish());
    }

    fn read<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        loop {
            self.dispatch();
            let Some((piece, decoded)) = py.detach(|| self.answer()) else { break };
            match self.assembler.take(piece, decoded) {
                Ok(content) if content.is_empty() => {}
                Ok(content) => return Ok(Some(PyBytes::new(py, &content))),
                Err(error) => return Err(self.fail(error)),
            }
        }
        if self.under_way.is_empty()
            && let Some(error) = self.error
        {
            return Err(self.fail(error));
        }
        if self.finished && self.under_way.is_empty() {
            self.assembler.finish().map_err(|error| self.fail(error))?;
        }
        Ok(None)
    }
}

impl Bzip2Decoder {
    fn dispatch(&mut self) {
        while self.under_way.len() < self.most_under_way
            && let Some(piece) = self.waiting.pop_front()
        {
            let (answer, receiver) = channel();
            // The threads live as long as `jobs`; had one panicked, its answer would be missing.
            let _ = self.jobs.send(Job(piece, answer));
            self.under_way.push_back(Mutex::new(receiver));
        }
    }

    /// The next answer in order, waited for only if there are no more pieces for the threads to begin with.
    fn answer(&mut self) -> Option<Answer> {
        let full = self.under_way.len() >= self.most_under_way || self.finished || self.error.is_some();
        let next = self.under_way.front_mut()?.get_mut().ok()?;
        let answer = match next.try_recv() {
            Ok(answer) => Some(answer),
            Err(TryRecvError::Empty) if !full => return None,
            Err(_) => next.recv().ok(),
        };
        self.under_way.pop_front();
        if answer.is_none() {
            self.error = Some(Error::Corrupt("its decoder failed"));
        }
        answer
    }

    /// Nothing more can be read.
    fn fail(&mut self, error: Error) -> PyErr {
        self.error = Some(error);
        self.waiting.clear();
        self.under_way.clear();
        os_error(error)
    }
}

#[pymodule(submodule)]
pub mod archive {
    #[pymodule_export]
    use super::Bzip2Decoder;
}
