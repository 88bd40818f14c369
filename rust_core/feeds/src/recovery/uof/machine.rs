//! All producers of one connection.

use super::limits::Reach;
use super::producer::{Now, Producer};
use super::{Action, Patience, Setting, Standing};

/// Too many single events were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocked {
    /// When the next may be.
    pub until: u64,
}

/// The producers of one connection. Messages of producers that are not watched change nothing.
#[derive(Debug)]
pub struct Recovery {
    patience: Patience,
    producers: Vec<Producer>,
    next_id: i64,
    now: u64,
    connected: Option<u64>,
}

impl Recovery {
    /// All producers down and never recovered. `sessions` is how many data sessions there are; request ids count up
    /// from `first_request_id`, which no earlier run has reached.
    pub fn new(patience: Patience, settings: &[Setting], sessions: usize, first_request_id: i64) -> Self {
        let producers = settings.iter().map(|setting| Producer::new(*setting, sessions)).collect();
        Self { patience, producers, next_id: first_request_id, now: 0, connected: None }
    }

    /// The connection stands. Recoveries are asked for once alives come.
    pub fn connected(&mut self, now: u64) -> Vec<Action> {
        // A connection made again was lost before.
        let actions = if self.connected.is_some() { self.disconnected(now) } else { Vec::new() };
        self.now = self.now.max(now);
        self.connected = Some(self.now);
        for producer in &mut self.producers {
            producer.connected();
        }
        actions
    }

    /// The connection is lost, or messages that came over it are.
    pub fn disconnected(&mut self, now: u64) -> Vec<Action> {
        self.now = self.now.max(now);
        self.connected = None;
        let mut actions = Vec::new();
        for producer in &mut self.producers {
            producer.disconnected(&mut actions);
        }
        actions
    }

    /// An alive came over the system session.
    pub fn alive(&mut self, product: i64, timestamp: i64, subscribed: bool, now: u64) -> Vec<Action> {
        self.of(product, now, |producer, now, patience, id, actions| {
            if producer.alive(timestamp, subscribed, now, patience, actions) {
                producer.request(now, patience, id, actions);
            }
        })
    }

    /// A data session processed a message of the producer, an alive too.
    pub fn processed(
        &mut self,
        product: i64,
        session: usize,
        timestamp: i64,
        request_id: Option<i64>,
        now: u64,
    ) -> Vec<Action> {
        self.of(product, now, |producer, now, _, _, _| {
            producer.processed(session, timestamp);
            if let Some(request_id) = request_id {
                producer.answered(request_id, now.time);
            }
        })
    }

    /// A data session processed a `snapshot_complete`.
    pub fn snapshot_complete(
        &mut self,
        product: i64,
        session: usize,
        timestamp: i64,
        request_id: i64,
        now: u64,
    ) -> Vec<Action> {
        self.of(product, now, |producer, now, patience, id, actions| {
            producer.processed(session, timestamp);
            if producer.complete(session, request_id, now, patience, actions) {
                producer.request(now, patience, id, actions);
            }
        })
    }

    /// The producer said that it is down.
    pub fn product_down(&mut self, product: i64, now: u64) -> Vec<Action> {
        self.of(product, now, |producer, _, _, _, actions| producer.product_down(actions))
    }

    /// A request was not taken. Pass `refused` if the server said no: such a one does not count against the limits.
    pub fn request_failed(&mut self, product: i64, request_id: i64, refused: bool, now: u64) -> Vec<Action> {
        self.of(product, now, |producer, _, _, _, _| producer.failed(request_id, refused))
    }

    /// Asks for the recovery of one event; answers the id of the request to make.
    pub fn recover_event(&mut self, product: i64, now: u64) -> Result<i64, Blocked> {
        self.now = self.now.max(now);
        let request_id = self.next_id;
        let Some(producer) = self.producers.iter_mut().find(|one| one.setting.product == product) else {
            return Err(Blocked { until: u64::MAX });
        };
        let until = producer.limits.free_at(Reach::Event);
        if until > self.now {
            return Err(Blocked { until });
        }
        producer.limits.of(Reach::Event).take(self.now);
        producer.remember_event(request_id);
        self.next_id = self.next_id.saturating_add(1);
        Ok(request_id)
    }

    /// Time goes by. Silence and delay are found out by the first tick after their limit.
    pub fn tick(&mut self, now: u64) -> Vec<Action> {
        self.now = self.now.max(now);
        let now = Now { time: self.now, connected: self.connected };
        let mut actions = Vec::new();
        for producer in &mut self.producers {
            producer.watch(now, &self.patience, &mut actions);
            if producer.is_unheard(now, &self.patience) {
                producer.request(now, &self.patience, &mut self.next_id, &mut actions);
            }
        }
        actions
    }

    /// What is known of a producer; `None` if it is not watched.
    pub fn standing(&self, product: i64) -> Option<Standing> {
        let producer = self.producers.iter().find(|producer| producer.setting.product == product)?;
        Some(producer.standing(self.now, &self.patience))
    }

    /// The numbers of all producers watched.
    pub fn products(&self) -> impl Iterator<Item = i64> {
        self.producers.iter().map(|producer| producer.setting.product)
    }

    fn of(
        &mut self,
        product: i64,
        now: u64,
        act: impl FnOnce(&mut Producer, Now, &Patience, &mut i64, &mut Vec<Action>),
    ) -> Vec<Action> {
        self.now = self.now.max(now);
        let now = Now { time: self.now, connected: self.connected };
        let mut actions = Vec::new();
        if let Some(producer) = self.producers.iter_mut().find(|one| one.setting.product == product) {
            producer.watch(now, &self.patience, &mut actions);
            act(producer, now, &self.patience, &mut self.next_id, &mut actions);
        }
        actions
    }
}
