import { Admin } from '/work/main/test/support/cli.js';
describe('x', function () {
  this.timeout(200000);
  it('down', async () => {
    const admin = await Admin.create();
    const source = await admin.accounts([['A-1','N']]);
    await admin.run(source, '--dry-run');
    await admin.org.stop();
    let t = Date.now();
    const down = await admin.run(source);
    console.log(Date.now()-t, down.stdout, down.stderr);
    t = Date.now();
    const s = await admin.sf('run', ...admin.adHoc(source));
    console.log(Date.now()-t, s.code, s.stdout, s.stderr);
    await admin.org.start({port: Number(new URL(admin.org.url).port)});
    admin.org.faults.next({kind:'requestLimit', limit:'total', times: Infinity, match:{path:/describe/}});
    const lim = await admin.run(source);
    console.log(lim.code, lim.stdout, lim.stderr);
    admin.org.faults.clear();
    admin.org.faults.next({kind:'serverError', match:{path:/describe/}});
    const f = await admin.run(source);
    console.log(f.code, f.stdout, f.stderr);
    admin.org.faults.clear();
    admin.org.expireSession();
    const e = await admin.json('run', '--file', source, '-s', 'Account', '-i', 'Ext_Id__c', '-o', '00D000000000001EAA!xxxx');
    console.log(e.code, e.stdout, e.stderr);
    await admin.end();
  });
});
