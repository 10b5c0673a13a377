package dev.prepull.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.prepull.credentials.SecretJson.Members;
import dev.prepull.credentials.SecretJson.Other;
import dev.prepull.credentials.SecretJson.Text;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON whose texts never show up in messages. */
class SecretJsonTest {

  @Test
  void knowsWhereEachValueStands() throws Exception {
    Members root = parse("{\n  \"a\": \"x\",\n  \"b\": {\"c\": 1}}");

    assertThat(root.members())
        .containsEntry("a", new Text("x", 2, 8))
        .hasEntrySatisfying(
            "b",
            value ->
                assertThat(value)
                    .asInstanceOf(type(Members.class))
                    .satisfies(b -> assertThat(b.line()).isEqualTo(3))
                    .satisfies(b ->
                        assertThat(b.members()).containsEntry("c", new Other("a number", 3, 14))));
  }

  @ParameterizedTest
  @CsvSource({"1, a number", "1.5, a number", "true, a truth value", "[\"x\"], a list"})
  void namesOtherKinds(String json, String kind) throws Exception {
    assertThat(parse("{\"a\": " + json + "}").member("a").orElseThrow().kind()).isEqualTo(kind);
  }

  @Test
  void leavesOutWhatIsNull() throws Exception {
    assertThat(parse("{\"a\": null}").members()).isEmpty();
    assertThat(SecretJson.parse("null".getBytes(StandardCharsets.UTF_8)).kind()).isEqualTo("null");
  }

  @Test
  void takesTheLastOfSeveralMembersOfAName() throws Exception {
    assertThat(parse("{\"a\": \"1\", \"a\": \"2\"}").members())
        .containsExactlyEntriesOf(java.util.Map.of("a", new Text("2", 1, 17)));
  }

  @Test
  void findsMembersWithoutHeedingCaseButPrefersTheExactOne() throws Exception {
    Members root = parse("{\"USERNAME\": \"1\", \"username\": \"2\", \"ServerUrl\": \"3\"}");

    assertThat(root.member("username")).contains(new Text("2", 1, 31));
    assertThat(root.member("ServerURL")).containsInstanceOf(Text.class);
    assertThat(root.member("secret")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\": s3cret}                 | is not JSON                   | 1",
        "{\"a\": \"s3cret\"              | is not JSON: it ends too early | 1",
        "{\"a\": \"s3cret                | is not JSON: it ends too early | 1",
        "s3cret                          | is not JSON                   | 1",
        "{\"a\": 's3cret'}               | is not JSON                   | 1",
        "{\"a\": \"s3cret\",}            | is not JSON                   | 1",
        "{} \"s3cret\"                   | has something behind its end  | 1",
        "{} s3cret                       | is not JSON                   | 1",
      })
  void saysWhereItIsNoJsonAndNothingOfWhatStandsThere(String text, String message, int line) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOfSatisfying(
            InvalidJsonException.class,
            e -> {
              assertThat(e.line()).isEqualTo(line);
              assertThat(e.column()).isPositive();
            })
        .hasMessage(message)
        .hasNoCause()
        .hasNoSuppressedExceptions();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n\t"})
  void saysThatItIsEmpty(String text) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(InvalidJsonException.class)
        .hasMessage("is empty");
  }

  @Test
  void refusesWhatIsNoText() {
    assertThatThrownBy(() -> SecretJson.parse(new byte[] {'{', '"', (byte) 0xC3, 0x28, '"', '}'}))
        .isInstanceOf(InvalidJsonException.class)
        .hasNoCause();
  }

  @Test
  void refusesToNestForEver() {
    assertThatThrownBy(() -> parse("{\"a\":".repeat(100_000)))
        .isInstanceOf(InvalidJsonException.class)
        .hasMessage("nests deeper than 32 levels")
        .hasNoCause();
  }

  @Test
  void showsNothingOfATextItHolds() throws Exception {
    assertThat(parse("{\"a\": \"s3cret\"}").toString()).isEqualTo("an object");
    assertThat(parse("{\"a\": \"s3cret\"}").member("a").orElseThrow()).hasToString("a text");
  }

  private static Members parse(String text) throws InvalidJsonException {
    return (Members) SecretJson.parse(text.getBytes(StandardCharsets.UTF_8));
  }
}
