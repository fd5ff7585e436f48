/* A PKCS #11 module: SoftHSM behind faults. $TOKEN_MODULE is the path of SoftHSM's own module.
 *
 *	TOKEN_BAD=N       one bit of the N-th signature is another
 *	TOKEN_SHORT=N     the N-th signature lacks an octet
 *	TOKEN_REMOVED=N   from the N-th signature on the device is gone
 *	TOKEN_SESSIONS=N  no more than N sessions are open at a time
 *	TOKEN_FLAGS=N     these flags of the token are set, too
 *	TOKEN_SLOW=MS     a search takes so much longer
 *	TOKEN_LOG=FILE    gets a line for each C_Login, C_OpenSession, C_CloseSession,
 *C_FindObjectsInit and C_Finalize
 *
 * Signatures of C_Sign are counted, those of the trials included. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <p11-kit/pkcs11.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static CK_FUNCTION_LIST *real, mine;
static atomic_long signatures, sessions;

static long
setting(const char *name)
{
	const char *value = getenv(name);

	return value ? atol(value) : 0;
}

static void
note(const char *what)
{
	const char *path = getenv("TOKEN_LOG");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;

	if (fd < 0)
		return;
	dprintf(fd, "%s\n", what);
	close(fd);
}

static CK_RV
get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	CK_RV rv = real->C_GetTokenInfo(slot, info);

	info->flags |= (CK_FLAGS)setting("TOKEN_FLAGS");
	return rv;
}

static CK_RV
login(CK_SESSION_HANDLE session, CK_USER_TYPE type, unsigned char *pin, CK_ULONG len)
{
	note("C_Login");
	return real->C_Login(session, type, pin, len);
}

static CK_RV
open_session(
    CK_SLOT_ID slot, CK_FLAGS flags, void *ctx, CK_NOTIFY notify, CK_SESSION_HANDLE *session)
{
	long most = setting("TOKEN_SESSIONS");
	CK_RV rv = CKR_SESSION_COUNT;

	if (atomic_fetch_add(&sessions, 1) < most || most == 0)
		rv = real->C_OpenSession(slot, flags, ctx, notify, session);
	if (rv == CKR_OK)
		note("C_OpenSession");
	else
		atomic_fetch_sub(&sessions, 1);
	return rv;
}

static CK_RV
close_session(CK_SESSION_HANDLE session)
{
	note("C_CloseSession");
	atomic_fetch_sub(&sessions, 1);
	return real->C_CloseSession(session);
}

static CK_RV
sign(CK_SESSION_HANDLE session, unsigned char *data, CK_ULONG len, unsigned char *signature,
    CK_ULONG *signature_len)
{
	long n = atomic_fetch_add(&signatures, 1) + 1, removed = setting("TOKEN_REMOVED");
	CK_RV rv = real->C_Sign(session, data, len, signature, signature_len);

	if (removed > 0 && n >= removed)
		return CKR_DEVICE_REMOVED;
	if (rv == CKR_OK && n == setting("TOKEN_BAD"))
		signature[*signature_len / 2] ^= 1;
	if (rv == CKR_OK && n == setting("TOKEN_SHORT"))
		(*signature_len)--;
	return rv;
}

static CK_RV
find_objects_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG n)
{
	long slow_ms = setting("TOKEN_SLOW");

	note("C_FindObjectsInit");
	nanosleep(&(struct timespec){slow_ms / 1000, slow_ms % 1000 * 1000000}, NULL);
	return real->C_FindObjectsInit(session, template, n);
}

static CK_RV
finalize(void *reserved)
{
	note("C_Finalize");
	return real->C_Finalize(reserved);
}

CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **list)
{
	const char *path = getenv("TOKEN_MODULE");
	void *module = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
	CK_C_GetFunctionList get;

	if (!module)
		return CKR_GENERAL_ERROR;
	*(void **)&get = dlsym(module, "C_GetFunctionList");
	if (!get || get(&real) != CKR_OK)
		return CKR_GENERAL_ERROR;
	mine = *real;
	mine.C_GetTokenInfo = get_token_info;
	mine.C_Login = login;
	mine.C_OpenSession = open_session;
	mine.C_CloseSession = close_session;
	mine.C_Sign = sign;
	mine.C_FindObjectsInit = find_objects_init;
	mine.C_Finalize = finalize;
	*list = &mine;
	return CKR_OK;
}
