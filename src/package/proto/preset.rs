//! What the table `deck_config` keeps beside names and times.

use prost::Message;

/// `deck_config.config`. Numbers of choices are those of the table of deck options.
#[derive(Clone, PartialEq, Message)]
pub(in crate::package) struct DeckConfig {
    /// Minutes.
    #[prost(float, repeated, tag = "1")]
    pub(in crate::package) learn_steps: Vec<f32>,
    /// Minutes.
    #[prost(float, repeated, tag = "2")]
    pub(in crate::package) relearn_steps: Vec<f32>,
    /// 17, of version 4 and 4.5.
    #[prost(float, repeated, tag = "3")]
    pub(in crate::package) fsrs_params_4: Vec<f32>,
    /// 7, Monday first, from 0 to 1.
    #[prost(float, repeated, tag = "4")]
    pub(in crate::package) easy_days_percentages: Vec<f32>,
    /// 19.
    #[prost(float, repeated, tag = "5")]
    pub(in crate::package) fsrs_params_5: Vec<f32>,
    /// 21.
    #[prost(float, repeated, tag = "6")]
    pub(in crate::package) fsrs_params_6: Vec<f32>,
    #[prost(uint32, tag = "9")]
    pub(in crate::package) new_per_day: u32,
    #[prost(uint32, tag = "10")]
    pub(in crate::package) reviews_per_day: u32,
    #[prost(float, tag = "11")]
    pub(in crate::package) initial_ease: f32,
    #[prost(float, tag = "12")]
    pub(in crate::package) easy_multiplier: f32,
    #[prost(float, tag = "13")]
    pub(in crate::package) hard_multiplier: f32,
    #[prost(float, tag = "14")]
    pub(in crate::package) lapse_multiplier: f32,
    #[prost(float, tag = "15")]
    pub(in crate::package) interval_multiplier: f32,
    #[prost(uint32, tag = "16")]
    pub(in crate::package) maximum_review_interval: u32,
    #[prost(uint32, tag = "17")]
    pub(in crate::package) minimum_lapse_interval: u32,
    #[prost(uint32, tag = "18")]
    pub(in crate::package) graduating_interval_good: u32,
    #[prost(uint32, tag = "19")]
    pub(in crate::package) graduating_interval_easy: u32,
    /// 0 by position, 1 random.
    #[prost(int32, tag = "20")]
    pub(in crate::package) new_card_insert_order: i32,
    #[prost(int32, tag = "21")]
    pub(in crate::package) leech_action: i32,
    #[prost(uint32, tag = "22")]
    pub(in crate::package) leech_threshold: u32,
    #[prost(bool, tag = "23")]
    pub(in crate::package) disable_autoplay: bool,
    #[prost(uint32, tag = "24")]
    pub(in crate::package) cap_answer_time_to_secs: u32,
    #[prost(bool, tag = "25")]
    pub(in crate::package) show_timer: bool,
    #[prost(bool, tag = "26")]
    pub(in crate::package) skip_question_when_replaying_answer: bool,
    #[prost(bool, tag = "27")]
    pub(in crate::package) bury_new: bool,
    #[prost(bool, tag = "28")]
    pub(in crate::package) bury_reviews: bool,
    #[prost(bool, tag = "29")]
    pub(in crate::package) bury_interday_learning: bool,
    #[prost(int32, tag = "30")]
    pub(in crate::package) new_mix: i32,
    #[prost(int32, tag = "31")]
    pub(in crate::package) interday_learning_mix: i32,
    #[prost(int32, tag = "32")]
    pub(in crate::package) new_card_sort_order: i32,
    #[prost(int32, tag = "33")]
    pub(in crate::package) review_order: i32,
    #[prost(int32, tag = "34")]
    pub(in crate::package) new_card_gather_priority: i32,
    #[prost(uint32, tag = "35")]
    pub(in crate::package) new_per_day_minimum: u32,
    #[prost(int32, tag = "36")]
    pub(in crate::package) question_action: i32,
    #[prost(float, tag = "37")]
    pub(in crate::package) desired_retention: f32,
    #[prost(bool, tag = "38")]
    pub(in crate::package) stop_timer_on_answer: bool,
    #[prost(float, tag = "40")]
    pub(in crate::package) historical_retention: f32,
    #[prost(float, tag = "41")]
    pub(in crate::package) seconds_to_show_question: f32,
    #[prost(float, tag = "42")]
    pub(in crate::package) seconds_to_show_answer: f32,
    #[prost(int32, tag = "43")]
    pub(in crate::package) answer_action: i32,
    /// On by default, so that a blob without it turns it off.
    #[prost(bool, tag = "44")]
    pub(in crate::package) wait_for_audio: bool,
    #[prost(string, tag = "45")]
    pub(in crate::package) param_search: String,
    #[prost(string, tag = "46")]
    pub(in crate::package) ignore_revlogs_before_date: String,
    /// JSON of keys that Anki does not know.
    #[prost(bytes = "vec", tag = "255")]
    pub(in crate::package) other: Vec<u8>,
}
