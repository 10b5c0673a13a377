package dev.prepull.agent.puller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailureMessageTest {

  private static final ImageReference APP = ImageReference.parse("registry.example.com/team/app:1");

  @ParameterizedTest
  @EnumSource(
      value = PullReason.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = "RUNTIME_UNAVAILABLE")
  void saysWhatWasTriedWhyItFailedAndWhatToDo(PullReason reason) {
    assertThat(message(reason, "it rained"))
        .startsWith("Tried to pull registry.example.com/team/app:1 but it rained. ")
        .matches(".*rained\\. [A-Z].*\\w\\.");
  }

  @Test
  void doesNotDoubleTheFullStopOfTheRuntimesWords() {
    assertThat(message(PullReason.NOT_FOUND, "There is no such tag.")).contains(" tag. Check ");
  }

  @Test
  void leavesTheWordsOfARuntimeThatDoesNotAnswerAsTheyAre() {
    assertThat(message(PullReason.RUNTIME_UNAVAILABLE, "Tried to speak but failed. Do this."))
        .isEqualTo("Tried to speak but failed. Do this.");
  }

  private static String message(PullReason reason, String words) {
    return FailureMessage.of(APP, new PullOutcome.Failed(reason, words, null));
  }
}
