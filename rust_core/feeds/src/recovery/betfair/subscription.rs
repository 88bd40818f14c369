//! One subscription, and the clocks it can go on from.

/// What is subscribed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Markets and prices.
    Market,
    /// One's own orders.
    Order,
}

/// Clocks to subscribe with again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// `initialClk`.
    pub initial_clk: String,
    /// `clk`.
    pub clk: String,
}

/// What part of a change a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// `SEG_START`.
    Start,
    /// `SEG`.
    Middle,
    /// `SEG_END`.
    End,
}

/// What a change message says beside its data.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// Id of its subscription, if it says.
    pub id: Option<i64>,
    /// `SUB_IMAGE`.
    pub image: bool,
    /// `RESUB_DELTA`.
    pub resumed: bool,
    /// `segmentType`.
    pub part: Part,
    /// `initialClk`, if given.
    pub initial_clk: Option<&'a str>,
    /// `clk`, if given.
    pub clk: Option<&'a str>,
    /// `status` 503.
    pub late: bool,
    /// `heartbeatMs`, if given.
    pub heartbeat: Option<u64>,
}

/// What a message did to a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Nothing,
    /// An image or what changed is now whole.
    Complete,
    /// An image begins.
    Begins,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(super) enum Standing {
    Lost,
    Requested,
    Answered,
    /// Its image, or what changed since its clocks, is there.
    Whole,
}

#[derive(Debug)]
pub(super) struct Subscription {
    pub(super) kind: Kind,
    /// Of the last request.
    id: i64,
    pub(super) standing: Standing,
    pub(super) late: bool,
    resumed: bool,
    /// Clocks of the segments so far.
    initial_clk: Option<String>,
    clk: Option<String>,
    resume: Option<Resume>,
}

impl Subscription {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            id: 0,
            standing: Standing::Lost,
            late: false,
            resumed: false,
            initial_clk: None,
            clk: None,
            resume: None,
        }
    }

    pub(super) fn resume(&self) -> Option<&Resume> {
        self.resume.as_ref()
    }

    pub(super) fn set_resume(&mut self, resume: Option<Resume>) {
        self.resume = resume;
    }

    pub(super) fn was_resumed(&self) -> bool {
        self.resumed
    }

    /// The request with this id is sent.
    pub(super) fn request(&mut self, id: i64) {
        self.lost();
        self.id = id;
        self.standing = Standing::Requested;
        self.resumed = self.resume.is_some();
    }

    pub(super) fn lost(&mut self) {
        self.standing = Standing::Lost;
        self.late = false;
        self.initial_clk = None;
        self.clk = None;
    }

    /// The request that stands has this id.
    pub(super) fn is(&self, id: i64) -> bool {
        self.standing != Standing::Lost && self.id == id
    }

    /// The exchange took the request.
    pub(super) fn accepted(&mut self) {
        if self.standing == Standing::Requested {
            self.standing = Standing::Answered;
        }
    }

    /// Takes note of a message of this subscription.
    pub(super) fn take(&mut self, change: &Change<'_>) -> Effect {
        self.late = change.late;
        self.accepted();
        let mut effect = Effect::Nothing;
        let ends = matches!(change.part, Part::Whole | Part::End);
        if (change.image || change.resumed) && matches!(change.part, Part::Whole | Part::Start) {
            self.resumed = change.resumed;
            self.standing = Standing::Answered;
            effect = Effect::Begins;
            if change.image {
                // The books are cleared, so the old clocks lead nowhere.
                self.resume = None;
                self.initial_clk = None;
                self.clk = None;
            }
        }
        self.note_clocks(change);
        if ends && self.standing != Standing::Whole && (change.image || change.resumed) {
            self.standing = Standing::Whole;
            effect = Effect::Complete;
        }
        if self.standing == Standing::Whole {
            self.commit_clocks();
        }
        effect
    }

    fn note_clocks(&mut self, change: &Change<'_>) {
        if let Some(clock) = change.initial_clk.filter(|clock| !clock.is_empty()) {
            self.initial_clk = Some(clock.into());
        }
        if let Some(clock) = change.clk.filter(|clock| !clock.is_empty()) {
            self.clk = Some(clock.into());
        }
    }

    /// With everything of a change there, its clocks count.
    fn commit_clocks(&mut self) {
        let before = self.resume.take();
        let (initial_clk, clk) = match before {
            Some(resume) => {
                (self.initial_clk.take().unwrap_or(resume.initial_clk), self.clk.take().unwrap_or(resume.clk))
            }
            None => match (&self.initial_clk, &self.clk) {
                (Some(initial_clk), Some(clk)) => (initial_clk.clone(), clk.clone()),
                _ => return,
            },
        };
        self.resume = Some(Resume { initial_clk, clk });
    }
}
