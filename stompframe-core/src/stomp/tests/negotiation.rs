//! Version and heart-beat negotiation.

use std::time::Duration;

use super::*;
use crate::stomp::{Agreed, HeartBeat, heart_beat};
use Version::{V1_0, V1_1, V1_2};

#[test]
fn c_06_no_accept_version_means_1_0() {
    assert_eq!(Version::negotiate(None), Some(V1_0));
}

#[test]
fn c_07_the_list_may_be_in_any_order() {
    for (list, version) in [
        ("1.2,1.0", V1_2),
        ("1.0,1.2,1.1", V1_2),
        ("1.1,1.1", V1_1),
        ("1.0, 1.1", V1_1),
        (" 1.2 ", V1_2),
        ("1.3,2.0,1.1", V1_1),
        (",,1.0,", V1_0),
    ] {
        assert_eq!(Version::negotiate(Some(list)), Some(version), "{list}");
    }
}

#[test]
fn c_08_versions_are_no_numbers() {
    for list in ["1.10", "1.20", "01.2", "1.2.0", "1", "1.", "v1.2", "1 .2"] {
        assert_eq!(Version::negotiate(Some(list)), None, "{list}");
    }
    assert_eq!(Version::negotiate(Some("1.10,1.1")), Some(V1_1));
}

#[test]
fn c_09_nothing_in_common() {
    for list in ["9.9", "", ",", "1.3"] {
        assert_eq!(Version::negotiate(Some(list)), None);
    }
    let all: Vec<_> = Version::ALL
        .iter()
        .map(|version| version.as_str())
        .collect();
    assert_eq!(Version::SUPPORTED, all.join(","));
}

#[test]
fn c_22_sub_protocols_name_versions() {
    for version in Version::ALL {
        assert_eq!(
            Version::from_sub_protocol(version.sub_protocol()),
            Some(version)
        );
    }
    assert_eq!(V1_2.sub_protocol(), "v12.stomp");
    assert_eq!(Version::from_sub_protocol("V12.STOMP"), None);
}

fn millis(send: u64, receive: u64) -> HeartBeat {
    HeartBeat {
        send: Duration::from_millis(send),
        receive: Duration::from_millis(receive),
    }
}

#[test]
fn t_01_the_header_is_two_plain_numbers() {
    assert_eq!(HeartBeat::parse("10000,0"), Ok(millis(10_000, 0)));
    assert_eq!(
        HeartBeat::parse("9999999999,1"),
        Ok(millis(9_999_999_999, 1))
    );
    for value in [
        "abc",
        "-1,-1",
        "1",
        "1,2,3",
        "1, 2",
        " 1,2",
        "1,2 ",
        "+1,1",
        ",",
        "1,",
        ",1",
        "",
        "01,1",
        "123456789012,0",
        "0,12345678901",
        "1.0,2",
        "١,1",
    ] {
        assert!(HeartBeat::parse(value).is_err(), "{value:?}");
    }
    assert_eq!(millis(10_000, 0).to_string(), "10000,0");
}

#[test]
fn t_02_none_is_zero_zero() {
    assert_eq!(HeartBeat::parse("0,0"), Ok(HeartBeat::NONE));
    let agreed = HeartBeat::negotiate(HeartBeat::NONE, millis(5000, 5000));
    assert_eq!(
        agreed,
        Agreed {
            server_sends: None,
            client_sends: None
        }
    );
}

#[test]
fn t_03_t_04_the_client_sends_if_it_can_and_the_server_wants() {
    for (can, wants, agreed) in [
        (0, 0, None),
        (0, 2000, None),
        (2000, 0, None),
        (2000, 2000, Some(2000)),
        (2000, 3000, Some(3000)),
        (3000, 2000, Some(3000)),
    ] {
        let interval = agreed.map(Duration::from_millis);
        let result = HeartBeat::negotiate(millis(can, 0), millis(0, wants));
        assert_eq!(
            result,
            Agreed {
                server_sends: None,
                client_sends: interval
            }
        );
        // The other direction follows the same rule.
        let result = HeartBeat::negotiate(millis(0, wants), millis(can, 0));
        assert_eq!(
            result,
            Agreed {
                server_sends: interval,
                client_sends: None
            }
        );
    }
}

#[test]
fn t_04_each_direction_has_its_own_interval() {
    let agreed = HeartBeat::negotiate(millis(4000, 6000), millis(5000, 2000));
    assert_eq!(agreed.server_sends, Some(Duration::from_secs(6)));
    assert_eq!(agreed.client_sends, Some(Duration::from_secs(4)));
}

#[test]
fn t_07_a_heart_beat_is_one_lf() {
    assert_eq!(heart_beat(), "\n");
}

#[test]
fn t_12_intervals_stay_between_floor_and_ceiling() {
    let low = HeartBeat::negotiate(millis(1, 1), millis(1, 1));
    let floor = Some(HeartBeat::FLOOR);
    assert_eq!(
        low,
        Agreed {
            server_sends: floor,
            client_sends: floor
        }
    );
    let high = HeartBeat::negotiate(millis(9_999_999_999, 9_999_999_999), millis(1, 1));
    let ceiling = Some(HeartBeat::CEILING);
    assert_eq!(
        high,
        Agreed {
            server_sends: ceiling,
            client_sends: ceiling
        }
    );
    assert_eq!(millis(1, 0).clamped(), millis(1000, 0));
    assert_eq!(millis(9_999_999, 5000).clamped(), millis(3_600_000, 5000));
    assert!(HeartBeat::parse("99999999999,0").is_err());
}
