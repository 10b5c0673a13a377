package dev.prepull.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The documentation's links within the working tree. */
class MarkdownLinksTest {

  private static final Pattern ELSEWHERE = Pattern.compile("[a-z]+:.*");

  static List<MarkdownPage> pages() {
    return MarkdownPage.all();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyRelativeLinkLeadsSomewhere(MarkdownPage page) {
    List<String> links = page.links();

    assertThat(links)
        .filteredOn(link -> !ELSEWHERE.matcher(link).matches())
        .allSatisfy(link -> assertThat(leadsSomewhere(page, link)).as(link).isTrue());
  }

  private static boolean leadsSomewhere(MarkdownPage page, String link) {
    int sign = link.indexOf('#');
    String path = sign < 0 ? link : link.substring(0, sign);
    Path target = path.isEmpty() ? page.file() : page.file().resolveSibling(path);
    boolean anchored = sign >= 0 && target.toString().endsWith(".md");
    return Files.exists(target)
        && (!anchored || MarkdownPage.read(target).anchors().contains(link.substring(sign + 1)));
  }
}
