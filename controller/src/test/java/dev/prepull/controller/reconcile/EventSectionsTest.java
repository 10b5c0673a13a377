package dev.prepull.controller.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.docs.MarkdownPage;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever reads an Event finds its reason in the documentation. */
class EventSectionsTest {

  @ParameterizedTest
  @EnumSource(ListEvents.Kind.class)
  void everyReasonOfAnEventHasItsSection(ListEvents.Kind kind) {
    List<String> headings = MarkdownPage.of("docs/troubleshooting.md").headings();

    assertThat(headings).containsOnlyOnce(kind.reason());
  }
}
