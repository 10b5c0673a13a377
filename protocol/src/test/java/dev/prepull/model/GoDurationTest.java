package dev.prepull.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Durations as Go and Kubernetes write them. */
class GoDurationTest {

  @ParameterizedTest
  @CsvSource({
    "0, PT0S",
    "0s, PT0S",
    "30m, PT30M",
    "1h30m, PT1H30M",
    "1h0m0s, PT1H",
    "90s, PT1M30S",
    "1.5h, PT1H30M",
    "0.25s, PT0.25S",
    "250ms, PT0.25S",
    "100us, PT0.0001S",
    "100µs, PT0.0001S",
    "1ns, PT0.000000001S",
    "1m1h, PT1H1M",
    "2562047h47m16.854775807s, PT2562047H47M16.854775807S",
  })
  void readsDurationsAsGoDoes(String text, Duration expected) {
    assertThat(GoDuration.parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "5",
        "m",
        "-1s",
        "1d",
        "1h 30m",
        "1H",
        "1,5h",
        "1e3s",
        "PT1M",
        "٣s",
        "2562047h47m16.854775808s",
        "99999999999999999999h",
        "0.000000000000000000000000000001s",
      })
  void refusesOtherDurations(String text) {
    assertThatThrownBy(() -> GoDuration.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("\"%s\" is not a duration: expected a form such as", text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0", "30m", "1h30m", "1m30s", "250ms", "1s1ms", "7us", "1ns", "1ms2us3ns"})
  void writesDurationsInTheirShortestForm(String text) {
    assertThat(GoDuration.format(GoDuration.parse(text))).isEqualTo(text);
  }

  @Test
  void readsTheLongestDurationThatItWrites() {
    Duration longest = Duration.ofNanos(Long.MAX_VALUE);

    assertThat(GoDuration.parse(GoDuration.format(longest))).isEqualTo(longest);
  }
}
