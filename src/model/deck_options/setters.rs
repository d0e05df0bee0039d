//! A setter for each option of the table, with its range and default in words.

use super::DeckOptions;

/// Setters: one for each key. A value that Anki does not take is told when the package is written.
impl DeckOptions {
    /// New cards a day: 0 to 9999. Default: 20.
    #[must_use]
    pub fn new_per_day(self, value: u32) -> Self {
        self.with("new-per-day", value)
    }

    /// Reviews a day: 0 to 9999. Default: 200.
    #[must_use]
    pub fn reviews_per_day(self, value: u32) -> Self {
        self.with("reviews-per-day", value)
    }

    /// New cards a day that come even if the limit of reviews is reached: 0 to 9999. Default: 0.
    #[must_use]
    pub fn new_per_day_minimum(self, value: u32) -> Self {
        self.with("new-per-day-minimum", value)
    }

    /// Minutes between the steps of a new card. Default: 1 and 10.
    #[must_use]
    pub fn learning_steps(self, values: impl IntoIterator<Item = f64>) -> Self {
        self.with("learning-steps", values.into_iter().collect::<Vec<f64>>())
    }

    /// Minutes between the steps of a forgotten card. Default: 10.
    #[must_use]
    pub fn relearning_steps(self, values: impl IntoIterator<Item = f64>) -> Self {
        self.with("relearning-steps", values.into_iter().collect::<Vec<f64>>())
    }

    /// Days until a learned card is seen again: 1 to 36500. Default: 1.
    #[must_use]
    pub fn graduating_interval_good(self, value: u32) -> Self {
        self.with("graduating-interval-good", value)
    }

    /// Days until a card that was easy is seen again: 1 to 36500. Default: 4.
    #[must_use]
    pub fn graduating_interval_easy(self, value: u32) -> Self {
        self.with("graduating-interval-easy", value)
    }

    /// The longest interval in days: 1 to 36500. Default: 36500.
    #[must_use]
    pub fn maximum_review_interval(self, value: u32) -> Self {
        self.with("maximum-review-interval", value)
    }

    /// The shortest interval of a forgotten card in days: 1 to 36500. Default: 1.
    #[must_use]
    pub fn minimum_lapse_interval(self, value: u32) -> Self {
        self.with("minimum-lapse-interval", value)
    }

    /// The ease of new cards without FSRS: 1.31 to 5. Default: 2.5.
    #[must_use]
    pub fn initial_ease(self, value: f64) -> Self {
        self.with("initial-ease", value)
    }

    /// The bonus of "easy" without FSRS: 1 to 5. Default: 1.3.
    #[must_use]
    pub fn easy_multiplier(self, value: f64) -> Self {
        self.with("easy-multiplier", value)
    }

    /// What "hard" makes of the interval without FSRS: 0.5 to 1.3. Default: 1.2.
    #[must_use]
    pub fn hard_multiplier(self, value: f64) -> Self {
        self.with("hard-multiplier", value)
    }

    /// What forgetting makes of the interval without FSRS: 0 to 1. Default: 0.
    #[must_use]
    pub fn lapse_multiplier(self, value: f64) -> Self {
        self.with("lapse-multiplier", value)
    }

    /// What multiplies all intervals without FSRS: 0.5 to 2. Default: 1.
    #[must_use]
    pub fn interval_multiplier(self, value: f64) -> Self {
        self.with("interval-multiplier", value)
    }

    /// The share of cards to be remembered, with FSRS: 0.7 to 0.99. Default: 0.9.
    #[must_use]
    pub fn desired_retention(self, value: f64) -> Self {
        self.with("desired-retention", value)
    }

    /// The share that was remembered where reviews are missing: 0.7 to 0.97. Default: 0.9.
    #[must_use]
    pub fn historical_retention(self, value: f64) -> Self {
        self.with("historical-retention", value)
    }

    /// Parameters of FSRS: 17, 19 or 21 of them (versions 4, 5 and 6). Default: Anki's.
    #[must_use]
    pub fn fsrs_params(self, values: impl IntoIterator<Item = f64>) -> Self {
        self.with("fsrs-params", values.into_iter().collect::<Vec<f64>>())
    }

    /// The day, such as `2024-12-31`, before which FSRS ignores reviews. Default: none.
    #[must_use]
    pub fn ignore_revlogs_before_date(self, value: &str) -> Self {
        self.with("ignore-revlogs-before-date", value)
    }

    /// The search whose cards FSRS learns from. Default: the preset's cards.
    #[must_use]
    pub fn param_search(self, value: &str) -> Self {
        self.with("param-search", value)
    }

    /// The load of each weekday from Monday on, seven numbers from 0 to 1. Default: 1 each.
    #[must_use]
    pub fn easy_days_percentages(self, values: impl IntoIterator<Item = f64>) -> Self {
        self.with(
            "easy-days-percentages",
            values.into_iter().collect::<Vec<f64>>(),
        )
    }

    /// What becomes of a card that is forgotten too often: `suspend` or `tag-only`. Default:
    /// `tag-only`.
    #[must_use]
    pub fn leech_action(self, value: &str) -> Self {
        self.with("leech-action", value)
    }

    /// How often is too often: 1 to 9999. Default: 8.
    #[must_use]
    pub fn leech_threshold(self, value: u32) -> Self {
        self.with("leech-threshold", value)
    }

    /// Whether new siblings of a card that was seen wait until the next day. Default: no.
    #[must_use]
    pub fn bury_new(self, value: bool) -> Self {
        self.with("bury-new", value)
    }

    /// Whether reviews of siblings wait until the next day. Default: no.
    #[must_use]
    pub fn bury_reviews(self, value: bool) -> Self {
        self.with("bury-reviews", value)
    }

    /// Whether siblings in day-long learning steps wait until the next day. Default: no.
    #[must_use]
    pub fn bury_interday_learning(self, value: bool) -> Self {
        self.with("bury-interday-learning", value)
    }

    /// Positions of new cards: `due` (in order) or `random`. Default: `due`.
    #[must_use]
    pub fn new_card_insert_order(self, value: &str) -> Self {
        self.with("new-card-insert-order", value)
    }

    /// Which new cards come today: `deck`, `deck-then-random-notes`, `lowest-position`, `highest-
    /// position`, `random-notes` or `random-cards`. Default: `deck`.
    #[must_use]
    pub fn new_card_gather_priority(self, value: &str) -> Self {
        self.with("new-card-gather-priority", value)
    }

    /// In which order they come: `template`, `no-sort`, `template-then-random`, `random-note-
    /// then-template` or `random-card`. Default: `template`.
    #[must_use]
    pub fn new_card_sort_order(self, value: &str) -> Self {
        self.with("new-card-sort-order", value)
    }

    /// Where new cards come: `mix-with-reviews`, `after-reviews` or `before-reviews`. Default:
    /// `mix-with-reviews`.
    #[must_use]
    pub fn new_mix(self, value: &str) -> Self {
        self.with("new-mix", value)
    }

    /// Where cards in day-long steps come, as for [`DeckOptions::new_mix`].
    #[must_use]
    pub fn interday_learning_mix(self, value: &str) -> Self {
        self.with("interday-learning-mix", value)
    }

    /// The order of reviews: `day`, `day-then-deck`, `deck-then-day`, `intervals-ascending`,
    /// `intervals-descending`, `ease-ascending`, `ease-descending`, `retrievability-ascending`,
    /// `retrievability-descending`, `relative-overdueness`, `random`, `added` or `reverse-added`.
    /// Default: `day`.
    #[must_use]
    pub fn review_order(self, value: &str) -> Self {
        self.with("review-order", value)
    }

    /// Whether the time is shown while a card is answered. Default: no.
    #[must_use]
    pub fn show_timer(self, value: bool) -> Self {
        self.with("show-timer", value)
    }

    /// Whether the shown time stops with the answer. Default: no.
    #[must_use]
    pub fn stop_timer_on_answer(self, value: bool) -> Self {
        self.with("stop-timer-on-answer", value)
    }

    /// The longest time that counts for an answer, in seconds: 1 to 9999. Default: 60.
    #[must_use]
    pub fn cap_answer_time_to_secs(self, value: u32) -> Self {
        self.with("cap-answer-time-to-secs", value)
    }

    /// Whether sounds wait for the learner. Default: no.
    #[must_use]
    pub fn disable_autoplay(self, value: bool) -> Self {
        self.with("disable-autoplay", value)
    }

    /// Whether replaying an answer leaves the question's sounds out. Default: no.
    #[must_use]
    pub fn skip_question_when_replaying_answer(self, value: bool) -> Self {
        self.with("skip-question-when-replaying-answer", value)
    }

    /// Whether auto advance waits for sounds to end. Default: yes.
    #[must_use]
    pub fn wait_for_audio(self, value: bool) -> Self {
        self.with("wait-for-audio", value)
    }

    /// Seconds after which auto advance leaves the question: 0 to 86400. Default: 0 (never).
    #[must_use]
    pub fn seconds_to_show_question(self, value: f64) -> Self {
        self.with("seconds-to-show-question", value)
    }

    /// Seconds after which auto advance leaves the answer: 0 to 86400. Default: 0 (never).
    #[must_use]
    pub fn seconds_to_show_answer(self, value: f64) -> Self {
        self.with("seconds-to-show-answer", value)
    }

    /// What auto advance does with a question: `show-answer` or `show-reminder`. Default: `show-
    /// answer`.
    #[must_use]
    pub fn question_action(self, value: &str) -> Self {
        self.with("question-action", value)
    }

    /// What auto advance does with an answer: `bury-card`, `answer-again`, `answer-good`,
    /// `answer-hard` or `show-reminder`. Default: `bury-card`.
    #[must_use]
    pub fn answer_action(self, value: &str) -> Self {
        self.with("answer-action", value)
    }
}
