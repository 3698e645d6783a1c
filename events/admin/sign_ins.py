"""The page on which a user's tokens and sessions are seen and ended: one's own, or anybody's by an admin."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from events import sign_ins

if TYPE_CHECKING:
    UsersModelAdmin = UserAdmin[User]
else:
    UsersModelAdmin = UserAdmin


class SignInsMixin(UsersModelAdmin):
    """Adds the page to the users' admin."""

    def get_urls(self) -> list[URLPattern]:
        """Add where it is."""
        page = self.admin_site.admin_view(self.sign_ins_view)
        return [path("<int:pk>/sign-ins/", page, name="auth_user_sign_ins"), *super().get_urls()]

    def sign_ins_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show them; a POST ends one, ``id``, or all."""
        is_own = request.user.pk == pk
        if not is_own and not self.has_change_permission(request):
            raise PermissionDenied
        user = User.objects.filter(pk=pk).first()
        if user is None:
            raise Http404("No such user")
        if request.method == "POST":
            wanted = request.POST.get("id")
            count = sign_ins.end(user, [wanted] if wanted else None)
            messages.success(request, f"Ended: {count}. Open sockets follow within seconds.")
            return HttpResponseRedirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Your sign-ins" if is_own else f"Sign-ins of {user}",
            "whose": None if is_own else user,
            "sign_ins": sign_ins.sign_ins_of(user),
        }
        return TemplateResponse(request, "admin/auth/user/sign_ins.html", context)
