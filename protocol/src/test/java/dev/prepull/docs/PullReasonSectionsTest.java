package dev.prepull.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.PullReason;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever reads a reason in the status finds it in the documentation. */
class PullReasonSectionsTest {

  @ParameterizedTest
  @EnumSource(PullReason.class)
  void everyReasonHasItsSection(PullReason reason) {
    List<String> headings = MarkdownPage.of("docs/troubleshooting.md").headings();

    assertThat(headings).containsOnlyOnce(reason.word());
  }
}
