package dev.prepull.controller.list;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Text that is large, deep or unprintable is refused in words, never with an exception. */
class HostileListTest {

  private static final int MEBIBYTE = 1 << 20;

  static final List<String> DEEP =
      List.of(
          "images: " + "[".repeat(100_000),
          "{a: ".repeat(100_000),
          "- ".repeat(100_000),
          IntStream.range(0, 1000)
              .mapToObj(depth -> " ".repeat(depth) + "a:\n")
              .collect(Collectors.joining()));

  @ParameterizedTest
  @FieldSource("DEEP")
  void refusesWhatNestsDeeplyWithoutOverflowingTheStack(String text) {
    assertThat(Lists.problems(Lists.full(text)))
        .singleElement()
        .asString()
        .contains("line ")
        .endsWith("is not YAML: nests deeper than 32 levels");
  }

  @Test
  void refusesAliasesThatMultiply() {
    StringBuilder bomb = new StringBuilder("a: &a0 [x]\n");
    for (int level = 1; level < 10; level++) {
      bomb.append("b%d: &a%d [".formatted(level, level));
      bomb.append("*a%d, ".formatted(level - 1).repeat(9)).append("]\n");
    }

    assertThat(Lists.problems(Lists.full(bomb + "images: [*a9]\n")))
        .containsExactly(
            "ConfigMap apps, key PrePullList: is not YAML: Number of aliases for non-scalar nodes exceeds the specified max=50");
  }

  @ParameterizedTest
  @ValueSource(chars = {'\u0000', '\u0001', '\u001b', '\ud800'})
  void namesACharacterThatNobodySeesAndItsPlace(char character) {
    String line = "ng" + character + "inx:1";
    String name = "U+%04X".formatted((int) character);

    assertThat(Lists.problems(Lists.full("images:\n- " + line)))
        .containsExactly(
            "ConfigMap apps, key PrePullList, line 2, column 5: \"- ng<%s>inx:1\": is not YAML: it has the character %s"
                .formatted(name, name));
    assertThat(Lists.problems(Lists.plain(line)))
        .singleElement()
        .asString()
        .startsWith(
            "ConfigMap apps, key images, line 1, column 1: \"ng<%s>inx:1\"".formatted(name));
  }

  @ParameterizedTest
  @ValueSource(chars = {'\u00a0', '\u200b'})
  void showsASpaceThatIsNotTheCommonOne(char space) {
    String name = "U+%04X".formatted((int) space);

    assertThat(Lists.problems(Lists.plain("nginx:1" + space + "# web")))
        .singleElement()
        .asString()
        .contains("\"nginx:1<%s>\"".formatted(name));
  }

  @Test
  void acceptsFiveThousandImages() {
    String images =
        IntStream.range(0, 5000)
            .mapToObj("- registry.example.com/team/app-%d:v1\n"::formatted)
            .collect(Collectors.joining());

    assertThat(
            Lists.list(Lists.full("defaults: {nodeSelector: {a: b}}\nimages:\n" + images)).images())
        .hasSize(5000);
  }

  @Test
  void acceptsAMebibyteAndRefusesMore() {
    String image = "nginx:1\n";
    String comment = "#".repeat(MEBIBYTE - image.length());

    assertThat(Lists.list(Lists.plain(image + comment)).images()).hasSize(1);
    assertThat(Lists.problems(Lists.plain(image + comment + "#")))
        .containsExactly(
            "ConfigMap apps: has 1048577 bytes; expected at most 1048576: split it into several ConfigMaps");
  }

  @Test
  void shortensWhatItShows() {
    assertThat(Lists.problems(Lists.plain("A".repeat(100_000))))
        .singleElement()
        .asString()
        .hasSizeLessThan(300)
        .contains("A…\"");
  }

  @Test
  void countsTheProblemsThatItDoesNotTellOneByOne() {
    String images =
        IntStream.range(0, 100).mapToObj("Bad-%d\n"::formatted).collect(Collectors.joining());

    assertThat(Lists.problems(Lists.plain(images)))
        .hasSize(21)
        .last()
        .isEqualTo("ConfigMap apps: and 80 more problems");
  }
}
