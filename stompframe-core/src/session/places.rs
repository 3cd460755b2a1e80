use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The places for connections: how many there are, and who has them.
#[derive(Debug, Default)]
pub(crate) struct Places(Mutex<Taken>);

#[derive(Debug, Default)]
struct Taken {
    all: Count,
    /// Of each address that has a place.
    of_address: HashMap<IpAddr, Count>,
}

/// Connections that have not sent their CONNECT yet are among all: they cost as much.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    all: usize,
    connecting: usize,
}

/// How many places there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlaceLimits {
    pub(crate) all: usize,
    pub(crate) connecting: usize,
    pub(crate) of_address: Option<usize>,
    pub(crate) connecting_of_address: usize,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoPlace {
    #[error("there are as many connections as may be")]
    All,
    #[error("this address has as many connections as it may")]
    OfAddress,
}

impl Places {
    /// Takes one for a client at this address, where that is known.
    pub(crate) fn take(
        self: &Arc<Self>,
        address: Option<IpAddr>,
        limits: PlaceLimits,
    ) -> Result<Place, NoPlace> {
        let address = address.map(Address::of);
        let mut taken = self.taken();
        if taken.all.all >= limits.all || taken.all.connecting >= limits.connecting {
            return Err(NoPlace::All);
        }
        if let Some(Address { key, is_local }) = address {
            let count = taken.of_address.get(&key).copied().unwrap_or_default();
            let too_many = limits.of_address.is_some_and(|limit| count.all >= limit);
            // Where a proxy is that nobody told us of, all clients have its address.
            let too_many_connecting = !is_local && count.connecting >= limits.connecting_of_address;
            if too_many || too_many_connecting {
                return Err(NoPlace::OfAddress);
            }
            taken.of_address.entry(key).or_default().add();
        }
        taken.all.add();
        Ok(Place {
            places: Arc::clone(self),
            address: address.map(|address| address.key),
            connecting: AtomicBool::new(true),
        })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Count {
    const fn add(&mut self) {
        self.all += 1;
        self.connecting += 1;
    }
}

/// What counts as one address.
#[derive(Clone, Copy, Debug)]
struct Address {
    key: IpAddr,
    /// Of this machine or of a private network, which is where proxies are, and no strangers.
    is_local: bool,
}

impl Address {
    /// Of IPv6 the first 64 bits, since whoever has one address there has all behind them.
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self {
                key: address.into(),
                is_local: address.is_loopback() || address.is_private() || address.is_link_local(),
            },
            IpAddr::V6(address) => Self {
                key: IpAddr::V6((address.to_bits() >> 64 << 64).into()),
                is_local: address.is_loopback()
                    || address.is_unique_local()
                    || address.is_unicast_link_local(),
            },
        }
    }
}

/// One connection's place among those that the limits allow; given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    address: Option<IpAddr>,
    connecting: AtomicBool,
}

impl Place {
    /// CONNECT was accepted: somebody else may begin.
    pub(crate) fn connected(&self) {
        if self.connecting.swap(false, Ordering::AcqRel) {
            self.give_back(|count| count.connecting -= 1);
        }
    }

    fn give_back(&self, subtract: impl Fn(&mut Count)) {
        let mut taken = self.places.taken();
        subtract(&mut taken.all);
        let Some(address) = self.address else { return };
        if let Some(count) = taken.of_address.get_mut(&address) {
            subtract(count);
            if count.all == 0 {
                taken.of_address.remove(&address);
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connected();
        self.give_back(|count| count.all -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: PlaceLimits = PlaceLimits {
        all: 100,
        connecting: 50,
        of_address: Some(5),
        connecting_of_address: 2,
    };

    fn ip(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn a_stranger_has_fewer_places_without_connect() {
        let places = Arc::new(Places::default());
        let take = |address| places.take(address, LIMITS);
        let mut held = vec![
            take(ip("203.0.113.1")).unwrap(),
            take(ip("203.0.113.1")).unwrap(),
        ];
        assert_eq!(take(ip("203.0.113.1")).unwrap_err(), NoPlace::OfAddress);
        held.push(take(ip("203.0.113.2")).unwrap());
        held[0].connected();
        held.push(take(ip("203.0.113.1")).unwrap());
        assert_eq!(take(ip("203.0.113.1")).unwrap_err(), NoPlace::OfAddress);
        drop(held);
        assert!(places.taken().of_address.is_empty(), "nothing stays");
        assert_eq!(places.taken().all.all, 0);
    }

    #[test]
    fn an_address_has_as_many_places_as_it_may_wherever_it_is() {
        let places = Arc::new(Places::default());
        for address in ["10.0.0.1", "203.0.113.1"] {
            let take = || places.take(ip(address), LIMITS);
            let mut held = Vec::new();
            for _ in 0..5 {
                let place = take().unwrap();
                place.connected();
                held.push(place);
            }
            assert_eq!(take().unwrap_err(), NoPlace::OfAddress, "{address}");
        }
    }

    #[test]
    fn a_neighbour_may_be_a_proxy_and_is_not_held_to_the_bound_on_strangers() {
        let places = Arc::new(Places::default());
        let limits = PlaceLimits {
            of_address: None,
            ..LIMITS
        };
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.7",
            "::1",
            "fd00::7",
            "::ffff:10.0.0.1",
        ] {
            let held: Vec<_> = (0..3).map(|_| places.take(ip(address), limits)).collect();
            assert!(held.iter().all(Result::is_ok), "{address}");
        }
        let unknown: Vec<_> = (0..3).map(|_| places.take(None, limits)).collect();
        assert!(unknown.iter().all(Result::is_ok));
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_address() {
        let places = Arc::new(Places::default());
        let _held = ["2001:db8::1", "2001:db8::2"].map(|it| places.take(ip(it), LIMITS).unwrap());
        let more = places.take(ip("2001:db8::ffff:3"), LIMITS);
        assert_eq!(more.unwrap_err(), NoPlace::OfAddress);
        assert!(places.take(ip("2001:db8:0:1::1"), LIMITS).is_ok());
    }

    #[test]
    fn there_are_as_many_as_there_are() {
        let places = Arc::new(Places::default());
        let limits = PlaceLimits {
            all: 3,
            connecting: 2,
            ..LIMITS
        };
        let held: Vec<_> = (0..2).map(|_| places.take(None, limits).unwrap()).collect();
        assert_eq!(places.take(None, limits).unwrap_err(), NoPlace::All);
        held[0].connected();
        held[0].connected();
        let _third = places.take(None, limits).unwrap();
        held[1].connected();
        assert_eq!(places.take(None, limits).unwrap_err(), NoPlace::All);
    }
}
