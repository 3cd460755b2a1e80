use std::time::Duration;

use crate::options::{Common, Scenario};
use crate::wire::{Credentials, Language, SMALLEST, Url, Wire};

/// What a scenario comes to.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) url: Url,
    pub(crate) wire: Wire,
    pub(crate) publish_to: String,
    pub(crate) subscribe_to: String,
    pub(crate) size: usize,
    /// Of so many messages, one asks for a RECEIPT; 0 for none.
    pub(crate) receipt_every: u32,
    pub(crate) subscribers: usize,
    /// How many of the subscribers stop reading once they have subscribed.
    pub(crate) stalled: usize,
    pub(crate) publishers: usize,
    pub(crate) topics: u32,
    /// How many topics a subscriber has.
    pub(crate) each: u32,
    pub(crate) distinct_ids: bool,
    pub(crate) pace: Pace,
    /// How many connections are opened at a time.
    pub(crate) at_a_time: usize,
    pub(crate) warm_up: Duration,
    pub(crate) measured: Duration,
    pub(crate) server_pid: Option<u32>,
}

/// What is done once everybody is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Publishers publish to subscribers.
    Publish,
    /// Every client is a publisher, and the only subscriber of what it sends.
    Request,
    /// A few messages to all.
    Idle { broadcasts: u32 },
    /// Nothing; connecting is what is measured.
    Connect,
}

/// When a publisher sends its next message.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    /// When fewer than so many messages are on their way.
    InFlight(usize),
    /// So many at once, when everybody has received all of the last, and so many in the end.
    Bursts { of: usize, until: usize },
    /// When its time has come; so much lies between two of them.
    Every(Duration),
}

impl Scenario {
    pub(crate) fn plan(&self) -> Result<Plan, String> {
        let plan = match self {
            Self::FanOut(it) => Plan {
                subscribers: it.subscribers,
                publishers: it.publishers,
                topics: it.topics,
                each: it.each,
                distinct_ids: it.distinct_ids,
                pace: match it.rate {
                    Some(rate) => every(rate, it.publishers)?,
                    None => it.common.pace(it.in_flight),
                },
                ..Plan::new("fan-out", &it.common, 128)?
            },
            Self::Rooms(it) => Plan {
                subscribers: it.rooms as usize * it.members,
                publishers: it.publishers,
                topics: it.rooms,
                pace: it.common.pace(it.in_flight),
                ..Plan::new("rooms", &it.common, 128)?
            },
            Self::Request(it) => Plan {
                kind: Kind::Request,
                publishers: it.clients,
                pace: it.common.pace(it.in_flight),
                ..Plan::new("request", &it.common, 128)?
            },
            Self::Idle(it) => Plan {
                kind: Kind::Idle {
                    broadcasts: it.broadcasts,
                },
                subscribers: it.connections,
                ..Plan::new("idle", &it.common, 128)?
            },
            Self::Connect(it) => Plan {
                kind: Kind::Connect,
                subscribers: it.connections,
                at_a_time: it.at_a_time,
                ..Plan::new("connect", &it.common, 128)?
            },
            Self::Slow(it) => Plan {
                subscribers: it.subscribers + it.stalled,
                stalled: it.stalled,
                pace: every(it.rate, 1)?,
                ..Plan::new("slow", &it.common, 6000)?
            },
        };
        plan.checked()
    }
}

impl Plan {
    fn new(name: &'static str, common: &Common, size: usize) -> Result<Self, String> {
        let url: Url = common.url.parse()?;
        let language = if common.raw {
            Language::Raw
        } else {
            Language::Stomp(Credentials {
                login: common.login.clone(),
                passcode: common.passcode.clone(),
            })
        };
        Ok(Self {
            name,
            kind: Kind::Publish,
            wire: Wire {
                transport: url.transport,
                language,
            },
            url,
            publish_to: common.publish_to.clone(),
            subscribe_to: common.subscribe_to.clone(),
            size: common.size.unwrap_or(size).max(SMALLEST),
            receipt_every: common.receipt_every,
            subscribers: 0,
            stalled: 0,
            publishers: 1,
            topics: 1,
            each: 1,
            distinct_ids: false,
            pace: Pace::InFlight(1),
            at_a_time: 64,
            warm_up: Duration::from_secs_f64(common.warm_up),
            measured: Duration::from_secs_f64(common.seconds),
            server_pid: common.server_pid,
        })
    }

    fn checked(self) -> Result<Self, String> {
        let nobody = match self.kind {
            Kind::Request => self.publishers == 0,
            _ => self.subscribers == self.stalled || self.publishers == 0,
        };
        if nobody {
            return Err("somebody has to publish, and somebody to receive".to_owned());
        }
        if self.publishers >= usize::from(u16::MAX) {
            return Err(format!("at most {} publishers", u16::MAX - 1));
        }
        if self.topics == 0 || self.each == 0 || !self.topics.is_multiple_of(self.each) {
            return Err("the number of topics is a multiple of --each".to_owned());
        }
        if self.topics as usize > self.subscribers * self.each as usize && self.topics > 1 {
            return Err("a topic would have no subscriber".to_owned());
        }
        if self.wire.language == Language::Raw && self.topics > 1 {
            return Err("a raw server has one topic".to_owned());
        }
        if matches!(self.pace, Pace::InFlight(0) | Pace::Bursts { of: 0, .. })
            || self.at_a_time == 0
        {
            return Err("at least one has to be in flight".to_owned());
        }
        Ok(self)
    }

    /// How many connections there are: the subscribers, and then the publishers.
    pub(crate) fn connections(&self) -> usize {
        self.subscribers + self.publishers
    }

    /// How many of the subscribers read what they receive. They come first.
    pub(crate) fn reading(&self) -> usize {
        self.subscribers - self.stalled
    }

    /// The topics of a subscriber.
    pub(crate) fn topics_of(&self, subscriber: usize) -> std::ops::Range<u32> {
        let groups = self.topics / self.each;
        let group = (subscriber % groups as usize) as u64;
        let first = u32::try_from(group).unwrap_or(0) * self.each;
        first..first + self.each
    }

    /// The id of a subscription. A raw server knows none.
    pub(crate) fn subscription_id(&self, subscriber: usize, slot: u32) -> String {
        match (&self.wire.language, self.distinct_ids) {
            (Language::Raw, _) => String::new(),
            (Language::Stomp(_), true) => format!("sub-{subscriber}-{slot}"),
            (Language::Stomp(_), false) => format!("sub-{slot}"),
        }
    }
}

impl Common {
    /// The pace of a closed loop.
    fn pace(&self, in_flight: usize) -> Pace {
        match self.messages {
            Some(until) => Pace::Bursts {
                of: in_flight,
                until,
            },
            None => Pace::InFlight(in_flight),
        }
    }
}

/// The pace of one of so many publishers who have this rate together.
fn every(rate: f64, publishers: usize) -> Result<Pace, String> {
    match Duration::try_from_secs_f64(publishers as f64 / rate) {
        Ok(between) if !between.is_zero() => Ok(Pace::Every(between)),
        _ => Err("a rate is a number of messages a second, and more than 0".to_owned()),
    }
}
