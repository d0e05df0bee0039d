//! The objects `new`, `rev` and `lapse` in a preset of schema 11.
//!
//! Anki forgives some of their values, each in its way, and takes its defaults for the whole object
//! where another is wrong or missing (each key measured with eleven values, on Anki 26.9.3 and
//! 25.9.2, which agree).

use serde_json::Value as Json;

use crate::model::DeckOptionValue as Value;

/// An object in a preset, and what its keys are.
pub(super) struct Group {
    pub(super) name: &'static str,
    pub(super) keys: &'static [(&'static str, &'static str, As)],
}

/// How a key says an option, and what becomes of a value that does not.
pub(super) enum As {
    /// On or off; off where it is missing, nothing else is forgiven.
    Switch,
    /// A number from 0.
    Count,
    /// Thousandths, below 65,536.
    PerMille,
    Number,
    /// A number that may be missing.
    NewNumber,
    /// A list of minutes; an empty one where it is anything else.
    Steps,
    /// A number from 0; 0 where it is anything else.
    PerDay,
    /// 0 or 1; the default where it is anything else.
    Action,
    /// As [`As::Action`], the other way round than in newer schemas.
    Order,
    /// The first of three numbers of days; the default where there are none.
    Good,
    /// The second of them.
    Easy,
}

pub(super) const GROUPS: [Group; 3] = [
    Group {
        name: "new",
        keys: &[
            ("bury", "bury-new", As::Switch),
            ("delays", "learning-steps", As::Steps),
            ("initialFactor", "initial-ease", As::PerMille),
            ("ints", "graduating-interval-good", As::Good),
            ("ints", "graduating-interval-easy", As::Easy),
            ("order", "new-card-insert-order", As::Order),
            ("perDay", "new-per-day", As::PerDay),
        ],
    },
    Group {
        name: "rev",
        keys: &[
            ("bury", "bury-reviews", As::Switch),
            ("ease4", "easy-multiplier", As::Number),
            ("ivlFct", "interval-multiplier", As::Number),
            ("maxIvl", "maximum-review-interval", As::Count),
            ("perDay", "reviews-per-day", As::PerDay),
            ("hardFactor", "hard-multiplier", As::NewNumber),
        ],
    },
    Group {
        name: "lapse",
        keys: &[
            ("delays", "relearning-steps", As::Steps),
            ("leechAction", "leech-action", As::Action),
            ("leechFails", "leech-threshold", As::Count),
            ("minInt", "minimum-lapse-interval", As::Count),
            ("mult", "lapse-multiplier", As::Number),
        ],
    },
];

impl Group {
    /// What the object says of each option, `None` where that is the default; `None` altogether
    /// where Anki takes its defaults for all of them.
    pub(super) fn read(&self, object: &Json) -> Option<Vec<(&'static str, Option<Value>)>> {
        let object = object.as_object()?;
        let read = |(from, to, kind): &(&str, &'static str, As)| {
            let value = match object.get(*from) {
                Some(value) => kind.read(value)?,
                None if matches!(kind, As::Switch | As::NewNumber) => None,
                None => return None,
            };
            Some((*to, value))
        };
        self.keys.iter().map(read).collect()
    }

    /// The options that it says.
    pub(super) fn options(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().map(|(_, option, _)| *option)
    }
}

impl As {
    /// The value, or that it is the default; `None` where it is wrong for the whole object.
    fn read(&self, value: &Json) -> Option<Option<Value>> {
        let count = value.as_u64().and_then(|it| u32::try_from(it).ok());
        let days = |at: usize| {
            let list = value.as_array()?;
            let days: Option<Vec<i64>> = list.iter().map(Json::as_i64).collect();
            days?.get(at).copied().map(Value::from)
        };
        match self {
            Self::Switch => Some(Some(value.as_bool()?.into())),
            Self::Count => Some(Some(i64::from(count?).into())),
            Self::PerMille => {
                let thousandths = u16::try_from(count?).ok()?;
                Some(Some((f64::from(thousandths) / 1000.0).into()))
            }
            Self::Number | Self::NewNumber => Some(Some(value.as_f64()?.into())),
            Self::Steps => {
                let list = value.as_array();
                let steps: Option<Vec<f64>> =
                    list.and_then(|it| it.iter().map(Json::as_f64).collect());
                Some(Some(steps.unwrap_or_default().into()))
            }
            Self::PerDay => Some(Some(i64::from(count.unwrap_or_default()).into())),
            Self::Action => Some(count.filter(|it| *it < 2).map(|it| i64::from(it).into())),
            Self::Order => Some(
                count
                    .filter(|it| *it < 2)
                    .map(|it| i64::from(it == 0).into()),
            ),
            Self::Good => Some(days(0)),
            Self::Easy => Some(days(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn group(name: &str) -> &'static Group {
        GROUPS.iter().find(|it| it.name == name).unwrap()
    }

    /// What Anki makes of wrong values: `whole` where it takes its defaults for all of the object.
    #[test]
    fn wrong_values_are_what_anki_makes_of_them() {
        let new = json!({"bury": true, "delays": [2.0, 20.0], "initialFactor": 2300,
            "ints": [3, 9, 0], "order": 0, "perDay": 5});
        let rev = json!({"bury": true, "ease4": 1.5, "ivlFct": 1.1, "maxIvl": 300, "perDay": 77});
        let lapse =
            json!({"delays": [7.0], "leechAction": 0, "leechFails": 6, "minInt": 3, "mult": 0.4});
        let wrong = [json!("x"), Json::Null, json!(7.5), json!(-3), json!(["x"])];
        let check =
            |name: &str, whole: &Json, key: &str, value: Option<Json>, expect: Option<&str>| {
                let mut object = whole.clone();
                match &value {
                    Some(value) => object[key] = value.clone(),
                    None => drop(object.as_object_mut().unwrap().remove(key)),
                }
                let read = group(name).read(&object);
                let found = read.map(|options| {
                    let keys = group(name).keys.iter().map(|(from, ..)| *from);
                    let (_, value) = options
                        .into_iter()
                        .zip(keys)
                        .find(|(_, it)| *it == key)
                        .unwrap()
                        .0;
                    format!("{value:?}")
                });
                assert_eq!(found.as_deref(), expect, "{name}.{key} = {value:?}");
            };
        let text = |value: Option<Value>| format!("{value:?}");
        let table: [(&str, &Json, &[&str], Option<String>); 6] = [
            ("new", &new, &["bury", "initialFactor"], None),
            ("rev", &rev, &["bury", "maxIvl"], None),
            ("lapse", &lapse, &["leechFails", "minInt"], None),
            (
                "new",
                &new,
                &["delays"],
                Some(text(Some(Vec::<f64>::new().into()))),
            ),
            ("new", &new, &["perDay"], Some(text(Some(0.into())))),
            ("new", &new, &["ints", "order"], Some(text(None))),
        ];
        for (name, whole, keys, expect) in &table {
            for key in *keys {
                for value in &wrong {
                    check(name, whole, key, Some(value.clone()), expect.as_deref());
                }
                let missing = (*key == "bury").then(|| text(None));
                check(name, whole, key, None, missing.as_deref());
            }
        }
        for key in ["ease4", "ivlFct"] {
            check("rev", &rev, key, Some(json!("x")), None);
            check(
                "rev",
                &rev,
                key,
                Some(json!(7)),
                Some(&text(Some(7.0.into()))),
            );
        }
        check("rev", &rev, "hardFactor", None, Some(&text(None)));
        check(
            "lapse",
            &lapse,
            "leechAction",
            Some(json!(9)),
            Some(&text(None)),
        );
        for name in ["new", "rev", "lapse"] {
            for value in [json!([]), json!("x"), Json::Null, json!({})] {
                assert!(group(name).read(&value).is_none(), "{name} = {value}");
            }
        }
    }
}
