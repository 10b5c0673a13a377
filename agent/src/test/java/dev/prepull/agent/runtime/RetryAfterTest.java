package dev.prepull.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What registries say of how long to wait. */
class RetryAfterTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "toomanyrequests: retry-after: 985.86µs, allowed: 44000/minute | PT0.00098586S",
        "toomanyrequests: retry-after: 1.16676ms, allowed: 44000/minute | PT0.00116676S",
        "429 Too Many Requests - Server message: toomanyrequests: retry-after: 1.2s, allowed: 1/minute | PT1.2S",
        "toomanyrequests: retry-after: 1m2.5s | PT1M2.5S",
        "slow down. Retry-After: 30 | PT30S",
        "slow down. Retry-After: 30. Goodbye | PT30S",
      })
  void readsTheWaitFromTheRegistrysWords(String message, Duration wait) {
    assertThat(RetryAfter.in(message)).isEqualTo(wait);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "toomanyrequests: You have reached your pull rate limit.",
        "retry-after: a while",
        "",
        "retry-after: 99999999999999999999",
        "retry-after: 1fortnight",
        "manifest for reg.example/team/retry-after:5s not found",
      })
  void readsNothingWhereNoWaitIsNamed(String message) {
    assertThat(RetryAfter.in(message)).isNull();
  }
}
