package dev.prepull.controller.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.docs.MarkdownPage;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever sees agents refused finds the reason in the documentation. */
class RefusalSectionsTest {

  @ParameterizedTest
  @EnumSource(RefusalReason.class)
  void everyReasonOfARefusalHasItsSection(RefusalReason reason) {
    List<String> headings = MarkdownPage.of("docs/troubleshooting.md").headings();

    assertThat(headings).containsOnlyOnce(reason.word());
  }
}
