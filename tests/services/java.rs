//! Java: programs that know nothing but the options of the JVM, and Tomcat with the connector.

use crate::desk::Desk;

/// Makes the stores of a certificate in a folder of its own.
fn stores(desk: &Desk, name: &str, settings: &str) {
    desk.0.ok(
        "server",
        &format!(
            "certmint render java {name} --out {name}-java {settings}
             ./{name}-java/{name}.stores.sh"
        ),
    );
}

fn compile(desk: &Desk) {
    desk.0.write("Talk.java", include_str!("Talk.java"));
    desk.0
        .ok("server", "javac -J-XX:TieredStopAtLevel=1 Talk.java");
}

fn call(desk: &Desk, name: &str) -> String {
    desk.0.ok(
        "client",
        &format!("java @{name}-java/{name}.options -cp . Talk call server 443"),
    )
}

#[test]
fn programs_serve_and_call_with_the_stores() {
    let desk = Desk::new();
    compile(&desk);
    // What serves trusts the clients' CA; who calls trusts the root above the server.
    stores(&desk, "www", "--set clients_ca=clients --set owner=root");
    stores(&desk, "joe", "--set clients_ca=ca --set format=jks");
    stores(&desk, "eve", "--set clients_ca=ca");
    stores(&desk, "lost", "");
    let modes = desk.0.ok(
        "server",
        "stat -c '%a %n' www-java/www.p12 www-java/www.options www-java/www.password joe-java/joe.jks; ls -A www-java | wc -l",
    );
    assert_eq!(
        modes,
        "600 www-java/www.p12\n600 www-java/www.options\n600 www-java/www.password\n600 joe-java/joe.jks\n8\n"
    );
    let serve = "@www-java/www.options -cp . Talk serve need 443";
    desk.start("server", "java", "java", serve);
    desk.until_answered("--cert pki/certs/joe/joe.crt --key pki/certs/joe/joe.key");
    desk.only_clients_get_in(false);
    assert_eq!(call(&desk, "joe"), "hello CN=joe\n");
    assert!(call(&desk, "eve").starts_with("refused "));
    let told = call(&desk, "lost");
    assert!(told.contains("PKIX path building failed"), "{told}");
    // The password is in no list of processes.
    let shown = desk.0.ok(
        "server",
        "tr '\\0' '\\n' </proc/$(cat java.pid)/cmdline; grep -c \"$(cat www-java/www.password)\" /proc/$(cat java.pid)/cmdline || true",
    );
    assert!(shown.ends_with("\n0\n"), "{shown}");

    let before = desk.0.ok("server", "cat www-java/www.password");
    let renewed = desk.renew_and("www-java/www.stores.sh");
    assert_eq!(desk.0.ok("server", "cat www-java/www.password"), before);
    desk.stop("server", "java");
    desk.start("server", "java", "java", serve);
    desk.until_answered("--cert pki/certs/joe/joe.crt --key pki/certs/joe/joe.key");
    desk.until_served(443, &renewed);
}

/// A password with every mark that a shell or the JVM's options could trip over.
#[test]
fn a_strange_password_stays_a_password() {
    let desk = Desk::new();
    compile(&desk);
    desk.0.write("strange pass", "a\"b\\c $(d) '#`e\n");
    desk.0.ok(
        "server",
        "certmint render java www --out 'our java' --set password_file=\"$PWD/strange pass\"
         './our java/www.stores.sh'",
    );
    desk.start(
        "server",
        "java",
        "java",
        "'@our java/www.options' -cp . Talk serve any 443",
    );
    desk.until_answered("");
    assert_eq!(desk.get("").unwrap(), "hello nobody\n");
}

/// Debian's Tomcat with the connector as it is in an otherwise empty `server.xml`.
#[test]
fn tomcat_takes_the_connector() {
    let desk = Desk::new();
    desk.render("java", &["clients_ca=clients", "port=443"]);
    desk.0.ok(
        "server",
        "./conf/www.stores.sh
         mkdir -p base/conf base/logs base/temp base/work base/webapps/ROOT
         echo 'hello tomcat' >base/webapps/ROOT/index.html
         mkdir base/webapps/ROOT/WEB-INF
         echo '<web-app><servlet><servlet-name>default</servlet-name><servlet-class>org.apache.catalina.servlets.DefaultServlet</servlet-class></servlet>
           <servlet-mapping><servlet-name>default</servlet-name><url-pattern>/</url-pattern></servlet-mapping>
           <welcome-file-list><welcome-file>index.html</welcome-file></welcome-file-list></web-app>' >base/webapps/ROOT/WEB-INF/web.xml
         { echo '<Server port=\"-1\"><Service name=\"Catalina\">'; cat conf/www.connector.xml
           echo '<Engine name=\"Catalina\" defaultHost=\"localhost\"><Host name=\"localhost\" appBase=\"webapps\"/></Engine></Service></Server>'
         } >base/conf/server.xml",
    );
    desk.start(
        "server",
        "tomcat",
        "bash",
        "-c 'export CATALINA_HOME=/usr/share/tomcat10 CATALINA_BASE=$PWD/base JAVA_HOME=$(dirname $(dirname $(readlink -f $(command -v java)))) CATALINA_OPTS=@$PWD/conf/www.options; exec /usr/share/tomcat10/bin/catalina.sh run'",
    );
    desk.until_answered("--cert pki/certs/joe/joe.crt --key pki/certs/joe/joe.key");
    desk.only_clients_get_in(true);
    desk.until_served(443, &desk.serial_of("pki/certs/www/www.crt"));
}

/// A CA below a root: what the CA beside it signed is none of its clients, by the store that the
/// script makes and by the PEM that Spring Boot reads.
#[test]
fn a_clients_ca_below_a_root_keeps_its_siblings_out() {
    let desk = Desk::new();
    desk.siblings();
    compile(&desk);
    stores(&desk, "www", "--set clients_ca=staff");
    let serve = "@www-java/www.options -cp . Talk serve need 443";
    desk.start("server", "java", "java", serve);
    desk.only_staff_gets_in(false);
    desk.stop("server", "java");
    // Each certificate of the PEM as an entry of its own, as Spring Boot does.
    desk.0.ok(
        "server",
        "csplit -s -z -f each- www-java/www.clients-ca.crt '/BEGIN/' '{*}'
         rm www-java/www.trust.p12
         for one in each-*; do
             keytool -importcert -noprompt -alias $one -file $one -keystore www-java/www.trust.p12 \
                 -storetype PKCS12 -storepass:file www-java/www.password
         done",
    );
    desk.start("server", "java", "java", serve);
    desk.only_staff_gets_in(false);
}
