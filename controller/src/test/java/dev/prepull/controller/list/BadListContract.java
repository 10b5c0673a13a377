package dev.prepull.controller.list;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is wrong with a list is told once, with its place, its text and what was expected, whoever
 * tells it.
 */
public abstract class BadListContract {

  /** What is told of a list; there is something. */
  protected abstract List<String> problems(RawList raw);

  /** In the table a line ends with ⏎, a carriage return is ␍ and a tab is ⇥. */
  private static String text(String cell) {
    return cell.replace('⏎', '\n').replace('␍', '\r').replace('⇥', '\t');
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '§',
      textBlock =
          """
          list not closed      | images: [nginx:1⏎              | line 2, column 1: is not YAML: expected ',' or ']', but got <stream end>
          quote not closed     | images: ["nginx:1⏎             | line 2, column 1: is not YAML: found unexpected end of stream
          mapping in a list    | images:⏎ - a:1⏎  b: c⏎         | line 3, column 4: "b: c": is not YAML: mapping values are not allowed here
          tab as indentation   | images:⏎⇥- nginx:1⏎            | line 2, column 1: "- nginx:1": is not YAML: found character '\\t(TAB)' that cannot start any token. (Do not use \\t(TAB) for indentation)
          JSON not closed      | {"images":["nginx:1"}          | line 1, column 21: "{"images":["nginx:1"}": is not YAML: expected ',' or ']', but got }
          unknown alias        | images: [*nope]                | line 1, column 10: "images: [*nope]": is not YAML: found undefined alias nope
          several documents    | images: []⏎---⏎images: []      | line 2, column 1: "---": is not YAML: expected a single document in the stream, but found another document
          nothing but comment  | # later                        | is empty; expected a mapping with images
          a list               | - nginx:1                      | line 1, column 1: "a list": expected a mapping with defaults, rollout, images
          a text               | nginx:1                        | line 1, column 1: "nginx:1": expected a mapping with defaults, rollout, images
          no images            | defaults: {priority: 1}        | line 1, column 1: "a mapping": expected the field images
          images is nothing    | images:                        | line 1, column 8: expected a list of images
          images is a text     | images: nginx:1                | line 1, column 9: "nginx:1": expected a list of images
          images is a mapping  | images: {a: b}                 | line 1, column 9: "a mapping": expected a list of images
          list in a list       | images: [[nginx:1]]            | line 1, column 10: "a list": expected a mapping with image, pullPolicy, refreshInterval, nodeSelector, nodeAffinity, tolerations, platforms, pullSecrets, serviceAccounts, priority, pin, maxSize, pullTimeout, onRemoval, onDrift
          list of itself       | images: &a [*a]                | line 1, column 9: "a list": expected a mapping with image, pullPolicy, refreshInterval, nodeSelector, nodeAffinity, tolerations, platforms, pullSecrets, serviceAccounts, priority, pin, maxSize, pullTimeout, onRemoval, onDrift
          number as image      | images: [1.27]                 | line 1, column 10: "1.27": expected an image reference such as nginx:1.27.3; YAML takes this for another type, so write it in quotes: "1.27"
          nothing as image     | images: [null]                 | line 1, column 10: "null": expected an image reference such as nginx:1.27.3, but nothing stands here
          no image field       | images: [{priority: 1}]        | line 1, column 10: "a mapping": expected the field image
          upper case           | images: [Nginx:1]              | line 1, column 10: "Nginx:1": is not an image reference: repository name must be lower-case
          short digest         | images: ["a@sha256:00"]        | line 1, column 10: "a@sha256:00": is not an image reference: "sha256:00" is not a digest: sha256 takes 64 lower-case hex digits
          control character    | images: ["ng\\x01inx:1"]       | line 1, column 10: "ng<U+0001>inx:1": is not an image reference: expected lower-case letters and digits, joined by one of . _ __ - and /
          misspelt key         | imagess: [nginx:1]             | line 1, column 1: "imagess": is no field here; did you mean images?
          misspelt field       | images:⏎- image: a:1⏎  Pin: true | line 3, column 3: "Pin": is no field here; did you mean pin?
          misspelt image       | images:⏎- imag: a:1            | line 2, column 3: "imag": is no field here; did you mean image?
          merge key            | images:⏎- <<: {pin: true}      | line 2, column 3: "<<": is no field here; expected one of image, pullPolicy, refreshInterval, nodeSelector, nodeAffinity, tolerations, platforms, pullSecrets, serviceAccounts, priority, pin, maxSize, pullTimeout, onRemoval, onDrift
          key of the list twice| images: [a:1]⏎images: [b:1]    | line 2, column 1: "images": stands here twice; expected it once
          field twice          | images:⏎- image: a:1⏎  pin: true⏎  pin: true | line 4, column 3: "pin": stands here twice; expected it once
          image twice          | images:⏎- nginx:1⏎- docker.io/library/nginx:1 | line 3, column 3: "docker.io/library/nginx:1": is listed twice; it stands under PrePullList at line 2 already
          defaults is a text   | defaults: x⏎images: []         | line 1, column 11: "x": expected a mapping with pullPolicy, refreshInterval, nodeSelector, nodeAffinity, tolerations, platforms, pullSecrets, serviceAccounts, priority, pin, maxSize, pullTimeout, onRemoval, onDrift
          image under defaults | defaults: {image: a:1}⏎images: [] | line 1, column 12: "image": is no field here; expected one of pullPolicy, refreshInterval, nodeSelector, nodeAffinity, tolerations, platforms, pullSecrets, serviceAccounts, priority, pin, maxSize, pullTimeout, onRemoval, onDrift
          wrong default        | defaults: {pin: 1}⏎images: [a:1, b:1] | line 1, column 17: "1": expected true or false
          with Windows lines   | images:␍⏎- image: a:1␍⏎  pins: true␍⏎ | line 3, column 3: "pins": is no field here; did you mean pin?
          """)
  void isRejectedAsAWhole(String what, String cell, String problem) {
    String separator = problem.startsWith("line") ? ", " : ": ";

    assertThat(problems(Lists.full(text(cell))))
        .containsExactly("ConfigMap apps, key PrePullList" + separator + problem);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '§',
      textBlock =
          """
          pullPolicy: Never                  | 15: "Never": expected one of IfNotPresent, Always
          pullPolicy: always                 | 15: "always": did you mean Always?
          pullPolicy: true                   | 15: "true": expected one of IfNotPresent, Always; YAML takes this for another type, so write it in quotes: "true"
          pullPolicy:                        | 14: expected one of IfNotPresent, Always, but nothing stands here
          refreshInterval: soon              | 20: "soon": expected a duration such as 30m, 1h30m or 90s
          refreshInterval: 1s                | 20: "1s": expected 10s or more
          pullTimeout: 30                    | 16: "30": expected a duration such as 30m, 1h30m or 90s
          pullTimeout: -5m                   | 16: "-5m": expected a duration such as 30m, 1h30m or 90s
          pullTimeout: 1ms                   | 16: "1ms": expected 1s or more
          priority: high                     | 13: "high": expected a whole number from -1000000000 to 1000000000
          priority: '1'                      | 13: "1": expected a whole number from -1000000000 to 1000000000
          priority: 1.5                      | 13: "1.5": expected a whole number from -1000000000 to 1000000000
          priority: 9999999999               | 13: "9999999999": expected a whole number from -1000000000 to 1000000000
          pin: yes                           | 8: "yes": expected true or false
          maxSize: big                       | 12: "big": expected an amount of bytes such as 20Gi or 500M
          maxSize: 0                         | 12: "0": expected an amount of bytes such as 20Gi or 500M
          maxSize: -1                        | 12: "-1": expected an amount of bytes such as 20Gi or 500M
          maxSize: 99Ei                      | 12: "99Ei": expected an amount of bytes such as 20Gi or 500M
          maxSize: []                        | 12: "a list": expected an amount of bytes such as 20Gi
          onRemoval: Remove                  | 14: "Remove": expected one of Keep, Delete
          onDrift: Ignore                    | 12: "Ignore": expected one of Converge, Report
          platforms: linux/amd64             | 14: "linux/amd64": expected a list of platforms such as [linux/amd64]
          platforms: [linux]                 | 15: "linux": expected os/architecture, such as linux/amd64
          pullSecrets: x                     | 16: "x": expected a list of names
          pullSecrets: [UPPER]               | 17: "UPPER": is not the name of a Secret
          serviceAccounts: [{}]              | 21: "a mapping": expected the name of a ServiceAccount
          nodeSelector: x                    | 17: "x": expected a mapping of labels, such as {gpu: "true"}
          nodeSelector: {gpu: true}          | 23: "true": expected a text; YAML takes this for another type, so write it in quotes: "true"
          nodeSelector: {a: b, a: c}         | 24: "a": stands here twice; expected it once
          nodeSelector: {a b: c}             | 17: "a mapping": "a b" is no label key
          nodeSelector: {a: x y}             | 17: "a mapping": "x y" is no label value
          tolerations: x                     | 16: "x": expected a list of tolerations
          tolerations: [{value: a}]          | 17: "a mapping": expected a key, or operator Exists for every key
          tolerations: [{key: a b}]          | 17: "a mapping": "a b" is no taint key
          tolerations: [{key: a, operator: Exist}]            | 36: "Exist": is no operator; did you mean Exists?
          tolerations: [{key: a, effect: NoSchedul}]          | 34: "NoSchedul": is no effect; did you mean NoSchedule?
          tolerations: [{key: a, operator: Exists, value: b}] | 17: "a mapping": expected no value, for Exists looks at the key alone
          tolerations: [{key: a, tolerationSeconds: soon}]    | 45: "soon": expected a whole number from 0 to 2147483647
          nodeAffinity: {}                   | 17: "a mapping": expected requiredDuringSchedulingIgnoredDuringExecution
          """)
  void isRejectedForAFieldOfAnImage(String field, String problem) {
    assertThat(problems(Lists.full("images:\n- image: nginx:1\n  " + field)))
        .containsExactly("ConfigMap apps, key PrePullList, line 3, column " + problem);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pullSecrets", "serviceAccounts"})
  void isRejectedForANameThatNoObjectCanHave(String field) {
    String tooLong = "a".repeat(254);

    assertThat(
            problems(Lists.full("images:\n- {image: nginx, %s: [%s]}".formatted(field, tooLong))))
        .singleElement()
        .asString()
        .contains("is not the name of a ");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '§',
      textBlock =
          """
          {key: a, operator: lt, values: ['1']}         | 30: "lt": is no operator; did you mean Lt?
          {key: a, operator: Has}                       | 30: "Has": is no operator; expected one of In, NotIn, Exists, DoesNotExist, Gt, Lt
          {operator: In, values: [b]}                   | 11: "a mapping": expected the field key
          {key: a, values: [b]}                         | 11: "a mapping": expected the field operator
          {key: a b, operator: Exists}                  | 11: "a mapping": "a b" is no label key
          {key: a, operator: In}                        | 11: "a mapping": expected values, for In and NotIn compare with them
          {key: a, operator: Exists, values: [b]}       | 11: "a mapping": expected no values, for Exists and DoesNotExist look at the key alone
          {key: a, operator: Gt, values: [1]}           | 43: "1": expected a text; YAML takes this for another type, so write it in quotes: "1"
          {key: a, operator: Gt, values: ['1.5']}       | 11: "a mapping": expected one whole number in quotes as the value of Gt or Lt
          {key: a, operator: Gt, values: ['1', '2']}    | 11: "a mapping": expected one whole number in quotes as the value of Gt or Lt
          """)
  void isRejectedForARequirementOfAnAffinity(String requirement, String problem) {
    String before =
        """
        images:
        - image: nginx:1
          nodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms:
              - matchExpressions:
        """;

    assertThat(problems(Lists.full(before + "        - " + requirement)))
        .containsExactly("ConfigMap apps, key PrePullList, line 7, column " + problem);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '§',
      textBlock =
          """
          canary: 1               | 11: "canary": is no field here; expected one of canaryNodes, maxNodesPulling, maxPullsPerRegistry, failureTolerance
          canaryNodes: -1         | 24: "-1": expected a whole number from 0 to 1000000
          canaryNodes: 1%         | 24: "1%": expected a whole number from 0 to 1000000
          maxNodesPulling: 0      | 28: "0": expected a number of nodes from 1, or a percentage such as 25%
          maxNodesPulling: 101%   | 28: "101%": expected a number of nodes from 1, or a percentage such as 25%
          maxNodesPulling: 25 %   | 28: "25 %": expected a number of nodes from 1, or a percentage such as 25%
          failureTolerance: some  | 29: "some": expected a number of nodes from 0, or a percentage such as 25%
          maxPullsPerRegistry: 0  | 32: "0": expected a whole number from 1 to 1000000
          """)
  void isRejectedForItsRollout(String field, String problem) {
    assertThat(problems(Lists.full("rollout: {%s}\nimages: []".formatted(field))))
        .containsExactly("ConfigMap apps, key PrePullList, line 1, column " + problem);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '§',
      textBlock =
          """
          Nginx:1                    | 1: "Nginx:1": is not an image reference: repository name must be lower-case
          nginx:1 redis:7            | 1: "nginx:1 redis:7": is not an image reference: expected lower-case letters and digits, joined by one of . _ __ - and /
          - nginx:1                  | 1: "- nginx:1": is not an image reference: expected lower-case letters and digits, joined by one of . _ __ - and /
          nginx:                     | 1: "nginx:": is not an image reference: "" is no tag; expected up to 128 of A-Z a-z 0-9 _ . - not beginning with . or -
          https://example.com/app    | 1: "https://example.com/app": is not an image reference: "https:" is no registry host; expected host[:port]
          """)
  void isRejectedForALineOfThePlainForm(String line, String problem) {
    assertThat(problems(Lists.plain("# first\n" + line + "\n")))
        .containsExactly("ConfigMap apps, key images, line 2, column " + problem);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '§',
      nullValues = "-",
      textBlock =
          """
          no data           | -      | -           | : has no data; expected the key images, or PrePullList
          another key       | image  | -           | , key image: is no key of a list; did you mean images?
          a file name       | a.yaml | -           | , key a.yaml: is no key of a list; expected one of images, PrePullList
          binary list       | -      | PrePullList | , key PrePullList: is binary; expected text under data
          binary beside it  | images | images.gz   | , key images.gz: is binary; expected text under data
          """)
  void isRejectedForItsKeys(
      String what, @Nullable String key, @Nullable String binaryKey, String problem) {
    Map<String, String> data = key == null ? Map.of() : Map.of(key, "nginx:1");
    Set<String> binary = binaryKey == null ? Set.of() : new TreeSet<>(Set.of(binaryKey));

    assertThat(problems(new RawList("apps", "1", data, binary)))
        .containsExactly("ConfigMap apps" + problem);
  }

  @Test
  void isRejectedForAnImageThatStandsUnderBothKeys() {
    RawList raw =
        new RawList(
            "apps",
            "1",
            Map.of("images", "redis:7\nnginx:1\n", "PrePullList", "images:\n\n- nginx:1\n"),
            Set.of());

    assertThat(problems(raw))
        .containsExactly(
            "ConfigMap apps, key images, line 2, column 1: \"nginx:1\": is listed twice; it stands under PrePullList at line 3 already");
  }

  @Test
  void tellsEverythingThatIsWrongAtOnce() {
    assertThat(problems(Lists.full("images:\n- Nginx\n- image: a:1\n  pin: 1\n  prio: 2\n")))
        .hasSize(3)
        .allMatch(problem -> problem.startsWith("ConfigMap apps, key PrePullList, line "));
  }
}
