package dev.prepull.controller.list;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads lists as users write them, and says in one word what must become of them. */
final class Lists {

  private Lists() {}

  static RawList full(String text) {
    return new RawList("apps", "1", Map.of(ListParser.FULL_KEY, text), Set.of());
  }

  static RawList plain(String text) {
    return new RawList("apps", "1", Map.of(ListParser.PLAIN_KEY, text), Set.of());
  }

  static ParseResult.Accepted accepted(RawList raw) {
    ParseResult result = ListParser.parse(raw);
    assertThat(result).isInstanceOf(ParseResult.Accepted.class);
    return (ParseResult.Accepted) result;
  }

  static PrePullList list(RawList raw) {
    return accepted(raw).list();
  }

  /** The one image of a full form. */
  static ImageEntry image(String full) {
    List<ImageEntry> images = list(full(full)).images();
    assertThat(images).hasSize(1);
    return images.getFirst();
  }

  static List<String> warnings(RawList raw) {
    return accepted(raw).warnings().stream().map(Problem::toString).toList();
  }

  static List<String> problems(RawList raw) {
    ParseResult result = ListParser.parse(raw);
    assertThat(result).isInstanceOf(ParseResult.Rejected.class);
    return ((ParseResult.Rejected) result).problems().stream().map(Problem::toString).toList();
  }
}
