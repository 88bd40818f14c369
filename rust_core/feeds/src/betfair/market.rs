//! The state of one market.

use std::sync::Arc;

use super::change::{Edit, MarketChange, RunnerChange};
use super::columns::Tops;
use super::definition::{MarketDefinition, RunnerDefinition};
use super::ladder::{Ladder, Level, Offers};
use super::message::Message;

/// Bounds what one market may cost in memory; real markets have some hundred runners.
pub(crate) const MAX_RUNNERS: usize = 16_384;
const AVAILABLE_TO_LAY: usize = 1;
const TRADED: usize = 2;

/// A runner's prices. A runner is a selection at a handicap.
#[derive(Debug, Clone)]
pub struct Runner {
    id: i64,
    hc: f64,
    status: Option<Box<str>>,
    bsp: Option<f64>,
    ltp: Option<f64>,
    tv: Option<f64>,
    spn: Option<f64>,
    spf: Option<f64>,
    ladders: [Ladder; 5],
    offers: [Offers; 4],
}

impl Runner {
    fn new(id: i64, hc: f64) -> Self {
        Self {
            id,
            hc,
            status: None,
            bsp: None,
            ltp: None,
            tv: Some(0.0),
            spn: None,
            spf: None,
            ladders: Default::default(),
            offers: Default::default(),
        }
    }

    /// Selection id.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Handicap, 0 where there is none.
    pub fn hc(&self) -> f64 {
        self.hc
    }

    /// Status from the last definition that named the runner.
    pub fn status(&self) -> Option<&str> {
        self.status.as_deref()
    }

    /// Starting price from that definition; may be NaN.
    pub fn bsp(&self) -> Option<f64> {
        self.bsp
    }

    /// Last price traded.
    pub fn ltp(&self) -> Option<f64> {
        self.ltp
    }

    /// Traded volume in GBP.
    pub fn tv(&self) -> Option<f64> {
        self.tv
    }

    /// Near starting price; may be NaN or infinite.
    pub fn spn(&self) -> Option<f64> {
        self.spn
    }

    /// Far starting price; may be NaN or infinite.
    pub fn spf(&self) -> Option<f64> {
        self.spf
    }

    /// All offers to back at, the best (highest) price last.
    pub fn available_to_back(&self) -> &[Level] {
        self.ladders[0].levels()
    }

    /// All offers to lay at, the best (lowest) price last.
    pub fn available_to_lay(&self) -> &[Level] {
        self.ladders[AVAILABLE_TO_LAY].levels()
    }

    /// Volume traded, by rising price.
    pub fn traded(&self) -> &[Level] {
        self.ladders[TRADED].levels()
    }

    /// Starting price bets to back, by rising price.
    pub fn starting_price_back(&self) -> &[Level] {
        self.ladders[3].levels()
    }

    /// Starting price bets to lay, by rising price.
    pub fn starting_price_lay(&self) -> &[Level] {
        self.ladders[4].levels()
    }

    /// `batb`, `batl`, `bdatb`, `bdatl`: the best offers by position, without and with virtual bets.
    pub fn offers(&self) -> &[Offers; 4] {
        &self.offers
    }

    /// Best offer to back at: of the ladder, else of the best offers, else of those with virtual bets.
    #[inline]
    pub fn best_back(&self) -> Option<&Level> {
        self.ladders[0].last().or_else(|| self.offers[0].best()).or_else(|| self.offers[2].best())
    }

    /// Best offer to lay at, likewise.
    #[inline]
    pub fn best_lay(&self) -> Option<&Level> {
        self.ladders[AVAILABLE_TO_LAY]
            .last()
            .or_else(|| self.offers[1].best())
            .or_else(|| self.offers[3].best())
    }

    fn define(&mut self, definition: &RunnerDefinition) {
        self.status = Some(definition.status.clone()).filter(|status| !status.is_empty());
        self.bsp = definition.bsp;
    }

    /// Answers whether all levels had room.
    #[inline]
    fn update(&mut self, change: &RunnerChange, message: &Message) -> bool {
        change.ltp.apply(&mut self.ltp);
        change.tv.apply(&mut self.tv);
        change.spn.apply(&mut self.spn);
        change.spf.apply(&mut self.spf);
        let mut room = true;
        for edit in message.edits(change) {
            match *edit {
                Edit::Ladder(ladder, range) => {
                    let levels = message.levels(range);
                    if levels.is_empty() && ladder == TRADED {
                        self.ladders[ladder].clear();
                    }
                    room &= self.ladders[ladder].update(levels, ladder == AVAILABLE_TO_LAY);
                }
                Edit::Offers(offers, range) => self.offers[offers].update(message.offers(range)),
            }
        }
        room
    }
}

/// A market: its definition and its runners.
#[derive(Debug)]
pub struct Market {
    id: Arc<str>,
    publish_time: u64,
    tv: Option<f64>,
    definition: Option<Arc<MarketDefinition>>,
    /// The definition as it stood in the line, to know it again without reading it.
    definition_text: Box<[u8]>,
    /// (id, hc) of the runners in rising order, apart from them: finding a runner touches only these.
    keys: Vec<(i64, f64)>,
    /// In the order of the keys; a runner that somebody looks at is copied before it changes.
    runners: Vec<Arc<Runner>>,
    /// Rises whenever a runner is added or all are dropped; begins differently for every market ever held.
    generation: u64,
    /// When the definition first said `CLOSED`, if it still does.
    closed_since: Option<u64>,
    is_closed: bool,
    tops: Tops,
    pub(crate) touched: bool,
}

impl Market {
    pub(crate) fn new(id: Arc<str>, serial: u32) -> Self {
        Self {
            id,
            publish_time: 0,
            tv: Some(0.0),
            definition: None,
            definition_text: Box::default(),
            keys: Vec::new(),
            runners: Vec::new(),
            generation: u64::from(serial) << 32,
            closed_since: None,
            is_closed: false,
            tops: Tops::default(),
            touched: false,
        }
    }

    /// Id of the market, such as `1.170258213`.
    pub fn id(&self) -> &Arc<str> {
        &self.id
    }

    /// When the last change was published, milliseconds since the epoch.
    pub fn publish_time(&self) -> u64 {
        self.publish_time
    }

    /// Traded volume in GBP; 0 until the feed says otherwise.
    pub fn tv(&self) -> Option<f64> {
        self.tv
    }

    /// The last definition.
    pub fn definition(&self) -> Option<&Arc<MarketDefinition>> {
        self.definition.as_ref()
    }

    /// Runners in order of (id, handicap).
    pub fn runners(&self) -> impl ExactSizeIterator<Item = &Runner> {
        self.runners.iter().map(AsRef::as_ref)
    }

    /// The same runners as they are now, whatever comes later.
    pub fn view(&self) -> Vec<Arc<Runner>> {
        self.runners.clone()
    }

    /// When the market was published to be closed, if it is; milliseconds since the epoch.
    pub fn closed_since(&self) -> Option<u64> {
        self.closed_since
    }

    /// The last definition as it stood in the feed; empty if there was none.
    pub fn definition_text(&self) -> &[u8] {
        &self.definition_text
    }

    /// A runner's place in [`Market::runners`].
    #[inline]
    pub(crate) fn place(&self, id: i64, hc: f64) -> Option<usize> {
        let at = self.keys.partition_point(|&key| key < (id, hc));
        (self.keys.get(at) == Some(&(id, hc))).then_some(at)
    }

    /// The best prices last recorded, and the runners they are of.
    pub(crate) fn tops(&mut self) -> (&mut Tops, &[Arc<Runner>]) {
        (&mut self.tops, &self.runners)
    }

    /// Equal only while the runners are the same ones; no two markets of a stream share a value.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The definition, if its text is the one given.
    pub(crate) fn same_definition(&self, text: &[u8]) -> Option<Arc<MarketDefinition>> {
        self.definition.as_ref().filter(|_| *self.definition_text == *text).cloned()
    }

    /// Answers whether all runners and levels had room.
    #[inline]
    pub(crate) fn update(
        &mut self,
        change: &MarketChange,
        message: &Message,
        definition: Option<(Arc<MarketDefinition>, &[u8])>,
    ) -> bool {
        let mut room = true;
        if change.image {
            self.drop_prices();
        }
        if let Some((definition, text)) = definition {
            room &= self.define(definition, text);
        }
        change.tv.apply(&mut self.tv);
        for change in message.runners(change) {
            let known = self.keys.len();
            room &= self.runner(change.id, change.hc).is_some_and(|runner| runner.update(change, message));
            if self.keys.len() > known {
                self.define_again(change.id, change.hc);
            }
        }
        room
    }

    pub(crate) fn publish(&mut self, time: u64) {
        self.publish_time = time;
        if self.is_closed != self.closed_since.is_some() {
            self.closed_since = self.is_closed.then_some(time);
        }
    }

    fn drop_prices(&mut self) {
        self.tv = Some(0.0);
        self.keys.clear();
        self.runners.clear();
        self.generation = self.generation.wrapping_add(1);
    }

    /// An image without a definition drops the runners, but not what the definition before it said of them.
    #[cold]
    fn define_again(&mut self, id: i64, hc: f64) {
        let Some(definition) = self.definition.clone() else { return };
        let told = definition.runners.iter().rfind(|told| (told.id, told.hc) == (id, hc));
        if let Some((told, runner)) = told.zip(self.runner(id, hc)) {
            runner.define(told);
        }
    }

    fn define(&mut self, definition: Arc<MarketDefinition>, text: &[u8]) -> bool {
        let mut room = true;
        for runner in &definition.runners {
            match self.runner(runner.id, runner.hc) {
                Some(found) => found.define(runner),
                None => room = false,
            }
        }
        if *self.definition_text != *text {
            self.definition_text = text.into();
        }
        self.is_closed = &*definition.status == "CLOSED";
        self.definition = Some(definition);
        room
    }

    /// The runner, added if it is new and there is room.
    #[inline]
    fn runner(&mut self, id: i64, hc: f64) -> Option<&mut Runner> {
        let at = self.keys.partition_point(|&key| key < (id, hc));
        if self.keys.get(at) != Some(&(id, hc)) {
            if self.keys.len() >= MAX_RUNNERS {
                return None;
            }
            self.generation = self.generation.wrapping_add(1);
            self.keys.insert(at, (id, hc));
            self.runners.insert(at, Arc::new(Runner::new(id, hc)));
        }
        Some(Arc::make_mut(&mut self.runners[at]))
    }
}
