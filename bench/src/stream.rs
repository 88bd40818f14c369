//! A synthetic Betfair stream: one market of twelve runners, its image, then changes of one to four runners a line.

use std::fmt::Write as _;

use odds::BETFAIR;

/// The middle of each runner's book: their probabilities sum to about 1.
const MIDDLES: [u32; 12] =
    [49_000, 55_000, 59_000, 78_000, 96_000, 110_000, 135_000, 190_000, 240_000, 340_000, 600_000, 1_100_000];
const RUNNERS: u64 = MIDDLES.len() as u64;
const FIRST_ID: u64 = 20_000_001;
const START_MS: u64 = 1_600_000_000_000;

/// The stream as one text.
pub(crate) fn text(lines: u64) -> String {
    self::lines(lines).into_iter().map(|line| String::from_utf8(line).expect("the stream is ASCII")).collect()
}

/// The lines, each with its end.
pub(crate) fn lines(count: u64) -> Vec<Vec<u8>> {
    let mut chance = Chance(0x5DEE_CE66_D1CE_4E5B);
    (0..count).map(|n| if n == 0 { image() } else { change(n, &mut chance) }.into_bytes()).collect()
}

/// A price some ticks off the middle of a runner's book.
fn price(runner: u64, ticks: i32) -> f64 {
    f64::from(BETFAIR.offset(MIDDLES[runner as usize], ticks)) / 1e4
}

fn image() -> String {
    let (mut definitions, mut books) = (Vec::new(), Vec::new());
    for runner in 0..RUNNERS {
        let id = FIRST_ID + runner;
        definitions.push(format!(
            r#"{{"status":"ACTIVE","sortPriority":{},"id":{id},"name":"{}. Runner"}}"#,
            runner + 1,
            runner + 1
        ));
        let level = |ticks: i32| format!("[{},{}]", price(runner, ticks), 50 + 7 * ticks.abs());
        let back: Vec<String> = (1..=10).map(|step| level(-step)).collect();
        let lay: Vec<String> = (1..=10).map(level).collect();
        books.push(format!(
            r#"{{"id":{id},"atb":[{}],"atl":[{}],"ltp":{}}}"#,
            back.join(","),
            lay.join(","),
            price(runner, 0)
        ));
    }
    format!(
        concat!(
            r#"{{"op":"mcm","clk":"AAAA","pt":{},"mc":[{{"id":"1.100000001","img":true,"marketDefinition":"#,
            r#"{{"bspMarket":false,"turnInPlayEnabled":true,"persistenceEnabled":true,"marketBaseRate":5.0,"#,
            r#""eventId":"30000001","eventTypeId":"7","numberOfWinners":1,"bettingType":"ODDS","#,
            r#""marketType":"WIN","marketTime":"2020-09-13T13:00:00.000Z","bspReconciled":false,"#,
            r#""complete":true,"inPlay":false,"crossMatching":true,"runnersVoidable":false,"#,
            r#""numberOfActiveRunners":{},"betDelay":0,"status":"OPEN","runners":[{}],"version":1,"#,
            r#""name":"Race 1","eventName":"Synthetic Park"}},"rc":[{}]}}]}}"#,
            "\n"
        ),
        START_MS,
        RUNNERS,
        definitions.join(","),
        books.join(",")
    )
}

/// Sizes change, levels appear and go, now and then a trade.
fn change(n: u64, chance: &mut Chance) -> String {
    let mut line = format!(
        r#"{{"op":"mcm","clk":"{:x}","pt":{},"mc":[{{"id":"1.100000001","rc":["#,
        n,
        START_MS + 50 * n
    );
    for part in 0..=chance.below(4) {
        let runner = chance.below(RUNNERS);
        let step = 1 + chance.below(10) as i32;
        // The two best levels come and go, so that prices move; those behind them stay.
        let size = if step > 2 || chance.below(2) == 0 { 1 + chance.below(400) } else { 0 };
        let comma = if part == 0 { "" } else { "," };
        let id = FIRST_ID + runner;
        let written = match chance.below(8) {
            0 => {
                let traded = price(runner, 0);
                write!(
                    line,
                    r#"{comma}{{"trd":[[{traded},{size}.25]],"ltp":{traded},"tv":{size}.25,"id":{id}}}"#
                )
            }
            1..=4 => {
                write!(line, r#"{comma}{{"atb":[[{},{size}]],"id":{id}}}"#, price(runner, -step))
            }
            _ => write!(line, r#"{comma}{{"atl":[[{},{size}]],"id":{id}}}"#, price(runner, step)),
        };
        written.expect("writing to a string succeeds");
    }
    line.push_str("]}]}\n");
    line
}

/// Xorshift: the same stream every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) % limit
    }
}
