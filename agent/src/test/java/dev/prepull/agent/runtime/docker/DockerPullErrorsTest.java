package dev.prepull.agent.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.PullReason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class DockerPullErrorsTest {

  @ParameterizedTest(name = "{0}: {1}")
  @CsvFileSource(resources = "pull-errors.txt", delimiter = '|', quoteCharacter = '`')
  void meansWhatTheDaemonMeans(String source, PullReason reason, int status, String text) {
    assertThat(DockerPullErrors.reason(status, text)).as(source + ": " + text).isEqualTo(reason);
  }
}
