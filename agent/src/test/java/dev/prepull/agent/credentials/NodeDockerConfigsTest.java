package dev.prepull.agent.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Docker configs as files of the node. */
class NodeDockerConfigsTest {

  private static final ImageReference IMAGE = ImageReference.parse("reg.example/team/app:1");

  @TempDir private Path directory;
  private Path kubelet;
  private Path docker;
  private Path dockercfg;
  private NodeDockerConfigs configs;

  @BeforeEach
  void knowsItsFiles() {
    kubelet = directory.resolve("kubelet/config.json");
    docker = directory.resolve("docker/config.json");
    dockercfg = directory.resolve(".dockercfg");
    configs =
        new NodeDockerConfigs(
            List.of(kubelet, docker, dockercfg),
            List.of(directory.resolve("bin")),
            Duration.ofMinutes(1));
  }

  @Test
  void hasNothingWhereNoFileIs() throws Exception {
    assertThat(find()).isEqualTo(new FoundCredentials(List.of(), List.of()));
  }

  @Test
  void joinsAllFiles() throws Exception {
    write(dockercfg, entries("reg.example", "third"));
    write(docker, auths("reg.example", "second"));
    write(kubelet, auths("reg.example", "first"));

    assertThat(find())
        .isEqualTo(
            new FoundCredentials(
                List.of(
                    RegistryCredential.ofPassword(kubelet.toString(), "first", "s3cret"),
                    RegistryCredential.ofPassword(docker.toString(), "second", "s3cret"),
                    RegistryCredential.ofPassword(dockercfg.toString(), "third", "s3cret")),
                List.of()));
  }

  @Test
  void readsAFileThatHasChanged() throws Exception {
    write(docker, auths("reg.example", "before"));
    find();

    write(docker, auths("reg.example", "afterwards"));

    assertThat(users(find())).containsExactly("afterwards");
  }

  @Test
  void readsAFileThatHasChangedAndKeptItsSize() throws Exception {
    write(docker, auths("reg.example", "before"));
    touch(docker, 1);
    find();

    Files.writeString(docker, auths("reg.example", "beford"));
    touch(docker, 2);

    assertThat(users(find())).containsExactly("beford");
  }

  @Test
  void readsAFileThatHasBeenReplacedAtTheSameTime() throws Exception {
    write(docker, auths("reg.example", "before"));
    touch(docker, 1);
    find();

    Path next = write(directory.resolve("next"), auths("reg.example", "beford"));
    touch(next, 1);
    Files.move(next, docker, StandardCopyOption.REPLACE_EXISTING);

    assertThat(users(find())).containsExactly("beford");
  }

  @Test
  void leavesAFileAloneThatHasNotChanged() throws Exception {
    write(docker, auths("reg.example", "before"));
    touch(docker, 1);
    find();

    // Nothing tells that it has changed, so whoever reads it again is found out.
    Files.writeString(docker, auths("reg.example", "beford"));
    touch(docker, 1);

    assertThat(users(find())).containsExactly("before");
  }

  @Test
  void forgetsAFileThatIsGone() throws Exception {
    write(docker, auths("reg.example", "before"));
    find();

    Files.delete(docker);

    assertThat(find()).isEqualTo(new FoundCredentials(List.of(), List.of()));
  }

  @Test
  void goesOnWithTheOthersWhereOneIsMalformed() throws Exception {
    write(kubelet, "s3cret");
    write(docker, auths("reg.example", "user"));

    FoundCredentials found = find();

    assertThat(users(found)).containsExactly("user");
    assertThat(found.problems())
        .containsExactly(
            "%s, line 1, column 1: is not JSON; expected {\"auths\": {\"HOST\": {\"auth\": …}}}"
                .formatted(kubelet));
  }

  @Test
  void tellsAProblemUntilItIsMended() throws Exception {
    write(kubelet, "s3cret");
    find();
    assertThat(find().problems()).hasSize(1);

    write(kubelet, auths("reg.example", "user"));

    assertThat(find().problems()).isEmpty();
  }

  @Test
  void saysThatAFileIsADirectory() throws Exception {
    Files.createDirectories(docker);

    assertThat(find().problems())
        .containsExactly(
            docker
                + ": is a directory; expected a docker config. A hostPath volume makes one where nothing is: mount the directory above, or set its type to File.");
  }

  @Test
  void saysThatAFileIsTooLarge() throws Exception {
    write(docker, " ".repeat((1 << 20) + 1));

    assertThat(find().problems())
        .containsExactly(docker + ": is larger than 1 MiB; expected a docker config");
  }

  @Test
  void asksTheHelperAfterWhatStandsInTheFiles() throws Exception {
    helper("store", "u-store");
    write(
        docker,
        "{\"auths\": {\"reg.example\": {\"username\": \"file\"}}, \"credsStore\": \"store\"}");

    FoundCredentials found = find();

    assertThat(users(found)).containsExactly("file", "u-store");
    assertThat(found.credentials().getLast().source())
        .isEqualTo("docker-credential-store of " + docker);
    assertThat(found.problems()).isEmpty();
  }

  @Test
  void asksTheHelperOfTheRegistryRatherThanTheOneForAll() throws Exception {
    helper("store", "u-store");
    helper("own", "u-own");
    write(docker, "{\"credsStore\": \"store\", \"credHelpers\": {\"reg.example\": \"own\"}}");

    assertThat(users(find())).containsExactly("u-own");
  }

  @Test
  void asksForDockerHubAsDockerDoes() throws Exception {
    Scripts.write(
        directory.resolve("bin/docker-credential-store"),
        "printf '{\"Username\": \"%s\", \"Secret\": \"s3cret\"}' \"$(cat)\"");
    write(docker, "{\"credsStore\": \"store\"}");

    assertThat(users(configs.find(ImageReference.parse("nginx"))))
        .containsExactly("https://index.docker.io/v1/");
  }

  @Test
  void goesOnWithTheOthersWhereAHelperFails() throws Exception {
    write(kubelet, "{\"credsStore\": \"none\"}");
    write(docker, auths("reg.example", "user"));

    FoundCredentials found = find();

    assertThat(users(found)).containsExactly("user");
    assertThat(found.problems())
        .singleElement()
        .asString()
        .startsWith("docker-credential-none of " + kubelet + ": ");
  }

  @Test
  void asksNoHelperOfOtherRegistries() throws Exception {
    write(docker, "{\"credHelpers\": {\"other.example\": \"none\"}}");

    assertThat(find()).isEqualTo(new FoundCredentials(List.of(), List.of()));
  }

  private FoundCredentials find() throws InterruptedException {
    return configs.find(IMAGE);
  }

  private static List<String> users(FoundCredentials found) {
    return found.credentials().stream().map(RegistryCredential::username).toList();
  }

  private static Path write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static void touch(Path file, int second) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(second)));
  }

  private void helper(String name, String user) throws IOException {
    Scripts.write(
        directory.resolve("bin/docker-credential-" + name),
        "echo '{\"Username\": \"%s\", \"Secret\": \"s3cret\"}'".formatted(user));
  }

  private static String auths(String key, String user) {
    return "{\"auths\": %s}".formatted(entries(key, user));
  }

  private static String entries(String key, String user) {
    return "{\"%s\": {\"username\": \"%s\", \"password\": \"s3cret\"}}".formatted(key, user);
  }
}
